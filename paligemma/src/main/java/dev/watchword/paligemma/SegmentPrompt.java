package dev.watchword.paligemma;

import java.util.List;

/**
 * A validated prompt {@code segment a ; b}: boxes with masks.
 *
 * @param text exactly as the model is asked: classes apart by {@code " ; "}
 * @param classes the classes in the prompt's order, each once
 */
public record SegmentPrompt(String text, List<String> classes) implements TaskPrompt {
  public SegmentPrompt {
    classes = List.copyOf(classes);
  }
}
