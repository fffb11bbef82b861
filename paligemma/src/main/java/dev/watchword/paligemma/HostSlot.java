package dev.watchword.paligemma;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** A slot in Java's memory, which the next answer takes over. */
final class HostSlot implements Slot {
  private final int index;
  private final int heads;
  private final int headSize;

  /** Keys and values of each layer in turn, {@code [heads,capacity,headSize]}. */
  private final FloatBuffer[] caches;

  private int capacity;
  private int length;

  /**
   * @param caches how many caches there are: two for each layer
   * @param heads how many heads a cache has
   */
  HostSlot(int index, int caches, int heads, int headSize) {
    this.index = index;
    this.heads = heads;
    this.headSize = headSize;
    this.caches = new FloatBuffer[caches];
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public void reserve(int positions) {
    length = 0;
    if (positions <= capacity) {
      return;
    }
    int bytes = Math.multiplyExact(Math.multiplyExact(heads, positions), headSize * Float.BYTES);
    for (int i = 0; i < caches.length; i++) {
      caches[i] = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }
    capacity = positions;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public void cutTo(int length) {
    this.length = length;
  }

  /**
   * Appends positions.
   *
   * @param added for each cache {@code [rows,heads,steps,headSize]}
   * @param row whose positions these are
   * @param count how many of the {@code steps}
   */
  void append(FloatBuffer[] added, int row, int steps, int count) {
    for (int i = 0; i < caches.length; i++) {
      for (int head = 0; head < heads; head++) {
        caches[i].put(
            (head * capacity + length) * headSize,
            added[i],
            (row * heads + head) * steps * headSize,
            count * headSize);
      }
    }
    length += count;
  }

  /**
   * Copies all positions out.
   *
   * @param past for each cache {@code [rows,heads,keys,headSize]}
   * @param row whose positions these are
   */
  void copyTo(FloatBuffer[] past, int row, int keys) {
    for (int i = 0; i < caches.length; i++) {
      for (int head = 0; head < heads; head++) {
        past[i].put(
            (row * heads + head) * keys * headSize,
            caches[i],
            head * capacity * headSize,
            length * headSize);
      }
    }
  }
}
