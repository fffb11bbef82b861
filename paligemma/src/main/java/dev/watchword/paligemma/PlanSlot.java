package dev.watchword.paligemma;

/** A slot whose keys and values a {@link dev.watchword.paligemma.plan.PlanRuntime} keeps. */
final class PlanSlot implements Slot {
  private final int index;
  private final int capacity;
  private int length;

  PlanSlot(int index, int capacity) {
    this.index = index;
    this.capacity = capacity;
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public void reserve(int positions) {
    if (positions > capacity) {
      throw new IllegalArgumentException(
          "an answer of %d positions does not fit into a slot of %d"
              .formatted(positions, capacity));
    }
    length = 0;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public void cutTo(int length) {
    this.length = length;
  }

  /** Counts positions that the runtime has written. */
  void add(int positions) {
    length += positions;
  }
}
