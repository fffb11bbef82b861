package dev.watchword.paligemma;

import java.util.List;
import java.util.Optional;

/**
 * An object's shape as the model says it: a code for each cell of a grid of four by four over the
 * box.
 *
 * @param codes {@value #CODES} of 0 to 127, row by row
 * @param mask what the codes look like; empty without mask weights
 */
public record Segment(List<Integer> codes, Optional<Mask> mask) {
  static final int CODES = 16;

  public Segment {
    codes = List.copyOf(codes);
    if (codes.size() != CODES) {
      throw new IllegalArgumentException(
          "a segment has %d codes, not %d".formatted(CODES, codes.size()));
    }
  }

  Segment(List<Integer> codes) {
    this(codes, Optional.empty());
  }

  Segment with(Mask drawn) {
    return new Segment(codes, Optional.of(drawn));
  }
}
