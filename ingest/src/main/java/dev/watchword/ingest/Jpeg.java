package dev.watchword.ingest;

/** A JPEG picture and its size in pixels. The array belongs to whoever got it. */
record Jpeg(byte[] bytes, int width, int height) {}
