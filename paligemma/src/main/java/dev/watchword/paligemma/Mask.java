package dev.watchword.paligemma;

import java.util.Arrays;

/**
 * Which part of a box an object covers: {@value #SIDE} by {@value #SIDE} values stretched over the
 * box, row by row. A value is an unsigned byte from 0, surely outside, to 255, surely inside; the
 * object's edge runs between 127 and 128. Immutable.
 */
public final class Mask {
  public static final int SIDE = 64;

  private static final double EDGE = 127.5;

  private final byte[] values;

  /**
   * @param values {@code SIDE * SIDE} unsigned bytes
   */
  public Mask(byte[] values) {
    if (values.length != SIDE * SIDE) {
      throw new IllegalArgumentException(
          "a mask has %d values, not %d".formatted(SIDE * SIDE, values.length));
    }
    this.values = values.clone();
  }

  /**
   * @param levels {@code SIDE * SIDE} numbers from -1, outside, to 1, inside; what lies beyond is
   *     cut off
   */
  static Mask of(float[] levels) {
    byte[] values = new byte[levels.length];
    for (int i = 0; i < levels.length; i++) {
      values[i] = (byte) Math.clamp(Math.round(EDGE + EDGE * levels[i]), 0, 255);
    }
    return new Mask(values);
  }

  public byte[] values() {
    return values.clone();
  }

  /**
   * Whether the object covers a point of its box, interpolated linearly between the values.
   *
   * @param x fraction of the box's width, 0 to 1
   * @param y fraction of the box's height, 0 to 1
   */
  public boolean covers(double x, double y) {
    double column = Math.clamp(x * SIDE - 0.5, 0, SIDE - 1);
    double row = Math.clamp(y * SIDE - 0.5, 0, SIDE - 1);
    int left = (int) column;
    int top = (int) row;
    double above = between(left, top, column - left);
    double below = between(left, Math.min(top + 1, SIDE - 1), column - left);
    return above + (below - above) * (row - top) > EDGE;
  }

  private double between(int left, int row, double part) {
    int first = value(left, row);
    return first + (value(Math.min(left + 1, SIDE - 1), row) - first) * part;
  }

  private int value(int column, int row) {
    return Byte.toUnsignedInt(values[row * SIDE + column]);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Mask mask && Arrays.equals(values, mask.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return "Mask[" + SIDE + "x" + SIDE + "]";
  }
}
