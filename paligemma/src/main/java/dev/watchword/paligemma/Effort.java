package dev.watchword.paligemma;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * What one answer cost, and whether the grammar had a say in it.
 *
 * @param passes forward passes that this answer took part in, its prefill included
 * @param drafted tokens of the draft that were tried
 * @param accepted tokens of the draft that are in the answer
 * @param unforced tokens of the answer that would also have been chosen, at their place, among all
 *     tokens that the grammar ever allows
 * @param free tokens of the answer that would also have been chosen, at their place, from the whole
 *     vocabulary; empty when this answer was not checked. When they are all, free greedy decoding
 *     gives the same answer
 * @param busy this answer's share of the time that the device was at work: of each pass one part in
 *     as many as there were rows in it, and likewise of the encoding of pictures. Passes that are
 *     under way together share that time
 */
public record Effort(
    int passes, int drafted, int accepted, int unforced, OptionalInt free, Duration busy) {
  /** This with a share of what was done before the first pass. */
  Effort after(Duration before) {
    return new Effort(passes, drafted, accepted, unforced, free, busy.plus(before));
  }

  /** Of an answer whose engine does not tell. */
  public static final Effort UNTOLD = new Effort(0, 0, 0, 0, OptionalInt.empty(), Duration.ZERO);
}
