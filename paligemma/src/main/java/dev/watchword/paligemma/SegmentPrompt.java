package dev.watchword.paligemma;

import java.util.List;

/**
 * A validated prompt {@code segment a ; b}: boxes with masks.
 *
 * @param text exactly as the model is asked: classes apart by {@code " ; "}
 * @param classes the classes in the prompt's order, each once
 */
public record SegmentPrompt(String text, List<String> classes) implements TaskPrompt {
  private static final String WORD = "segment";

  public SegmentPrompt {
    classes = ClassList.checked(WORD, text, classes);
  }

  /**
   * Takes the same spellings as {@link DetectPrompt#parse}.
   *
   * @throws IllegalArgumentException with one sentence for whoever wrote the prompt
   */
  public static SegmentPrompt parse(String text) {
    List<String> classes = ClassList.parse(WORD, text);
    return new SegmentPrompt(ClassList.text(WORD, classes), classes);
  }

  @Override
  public Task task() {
    return Task.SEGMENT;
  }
}
