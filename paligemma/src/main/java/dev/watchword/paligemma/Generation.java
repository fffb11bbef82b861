package dev.watchword.paligemma;

import java.util.List;

/**
 * What the model said about one request.
 *
 * @param text the unparsed text, box tokens spelled {@code <loc0123>}, special tokens left out
 * @param detections the boxes, in the model's order
 * @param tokens how many tokens were generated, the end token included
 */
public record Generation(String text, List<Detection> detections, int tokens, Timings timings) {
  public Generation {
    detections = List.copyOf(detections);
  }
}
