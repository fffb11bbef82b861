package dev.watchword.console;

import java.util.Arrays;
import java.util.OptionalLong;

/** The median of the last {@value #CAPACITY} values. Used under its owner's lock. */
final class RecentMedian {
  static final int CAPACITY = 50;

  private final long[] values = new long[CAPACITY];
  private long count;

  void add(long value) {
    values[(int) (count++ % CAPACITY)] = value;
  }

  /** The lower median, empty before the first value. */
  OptionalLong value() {
    if (count == 0) {
      return OptionalLong.empty();
    }
    long[] sorted = Arrays.copyOf(values, (int) Math.min(count, CAPACITY));
    Arrays.sort(sorted);
    return OptionalLong.of(sorted[(sorted.length - 1) / 2]);
  }
}
