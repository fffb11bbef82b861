package dev.watchword.app.cliptest;

import java.util.List;

/**
 * What became of an expectation.
 *
 * @param sentence what was seen, and when
 * @param frames numbers of the sampled frames that show it best
 */
public record Verdict(boolean ok, String sentence, List<Integer> frames) {
  public Verdict {
    frames = List.copyOf(frames);
  }
}
