package dev.watchword.paligemma;

import java.util.List;

/**
 * What the model said about one request.
 *
 * @param text the unparsed text, box tokens spelled {@code <loc0123>}, special tokens left out
 * @param detections the boxes, in the model's order
 * @param tokenIds the generated tokens, the end token included
 */
public record Generation(
    String text,
    List<Detection> detections,
    List<Integer> tokenIds,
    Effort effort,
    Timings timings) {
  public Generation {
    detections = List.copyOf(detections);
    tokenIds = List.copyOf(tokenIds);
  }

  /** What an engine said that does not tell its effort. */
  public Generation(
      String text, List<Detection> detections, List<Integer> tokenIds, Timings timings) {
    this(text, detections, tokenIds, Effort.UNTOLD, timings);
  }

  /** How many tokens were generated, the end token included. */
  public int tokens() {
    return tokenIds.size();
  }
}
