package dev.watchword.inference;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The frames of a session that were seen, as the last of them and the ranges below it that were
 * not. Bounded: of many ranges the lowest count as seen.
 */
record Sequences(long last, List<Range> unseen) {
  private static final int MOST_RANGES = 64;

  /** From the first to before the end. */
  record Range(long first, long end) {}

  /** Nothing is known of what came before the first frame. */
  static Sequences first(long sequence) {
    return new Sequences(sequence, sequence == 0 ? List.of() : List.of(new Range(0, sequence)));
  }

  /** With one frame more; empty when it was seen before. */
  Optional<Sequences> with(long sequence) {
    if (sequence > last) {
      return Optional.of(
          sequence == last + 1
              ? new Sequences(sequence, unseen)
              : new Sequences(sequence, added(new Range(last + 1, sequence))));
    }
    return unseen.stream()
        .filter(range -> range.first() <= sequence && sequence < range.end())
        .findFirst()
        .map(range -> new Sequences(last, split(range, sequence)));
  }

  private List<Range> added(Range range) {
    List<Range> more = new ArrayList<>(unseen);
    more.add(range);
    return bounded(more);
  }

  private List<Range> split(Range hit, long sequence) {
    List<Range> rest = new ArrayList<>();
    for (Range range : unseen) {
      if (!range.equals(hit)) {
        rest.add(range);
        continue;
      }
      if (range.first() < sequence) {
        rest.add(new Range(range.first(), sequence));
      }
      if (sequence + 1 < range.end()) {
        rest.add(new Range(sequence + 1, range.end()));
      }
    }
    return bounded(rest);
  }

  private static List<Range> bounded(List<Range> ranges) {
    int tooMany = Math.max(0, ranges.size() - MOST_RANGES);
    return List.copyOf(ranges.subList(tooMany, ranges.size()));
  }
}
