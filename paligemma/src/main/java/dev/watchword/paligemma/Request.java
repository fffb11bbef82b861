package dev.watchword.paligemma;

import java.util.List;

/**
 * One question about one picture.
 *
 * @param draft token ids that the answer may well begin with, such as the answer to the same
 *     question about the previous frame; it changes the cost, never the answer. May be empty
 */
public record Request(RgbImage image, TaskPrompt prompt, List<Integer> draft) {
  public Request {
    draft = List.copyOf(draft);
  }

  public Request(RgbImage image, TaskPrompt prompt) {
    this(image, prompt, List.of());
  }
}
