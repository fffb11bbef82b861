package dev.watchword.paligemma;

import java.util.List;

/**
 * A validated prompt {@code detect a ; b}.
 *
 * @param text exactly as the model is asked: classes apart by {@code " ; "}
 * @param classes the classes in the prompt's order, each once
 */
public record DetectPrompt(String text, List<String> classes) implements TaskPrompt {
  private static final String WORD = "detect";

  public DetectPrompt {
    classes = ClassList.checked(WORD, text, classes);
  }

  /**
   * Takes any white space around {@code ;} and between words, and brings it into the one form the
   * models were trained on. The case of the classes stays.
   *
   * @throws IllegalArgumentException with one sentence for whoever wrote the prompt
   */
  public static DetectPrompt parse(String text) {
    List<String> classes = ClassList.parse(WORD, text);
    return new DetectPrompt(ClassList.text(WORD, classes), classes);
  }

  @Override
  public Task task() {
    return Task.DETECT;
  }
}
