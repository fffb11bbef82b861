package dev.watchword.ingest;

/**
 * The brightness of a small picture.
 *
 * @param levels row by row, a byte a pixel, unsigned
 */
record Luma(int width, int height, byte[] levels) {}
