package dev.watchword.simulator;

/**
 * An object drawn in a frame: what it is and where it can be seen, clipped to the picture.
 *
 * @param label {@code person}, {@code car}, {@code truck} or {@code bag}
 * @param xMin left edge, a fraction of the picture's width, origin top-left
 * @param yMin top edge, a fraction of the picture's height
 * @param xMax right edge
 * @param yMax bottom edge
 */
public record TruthBox(String label, float xMin, float yMin, float xMax, float yMax) {}
