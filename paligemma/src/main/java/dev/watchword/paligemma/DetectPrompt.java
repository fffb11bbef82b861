package dev.watchword.paligemma;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * A validated prompt {@code detect a ; b}.
 *
 * @param text exactly as the model is asked: classes apart by {@code " ; "}
 * @param classes the classes in the prompt's order, each once
 */
public record DetectPrompt(String text, List<String> classes) implements TaskPrompt {
  private static final String TASK = "detect";

  public DetectPrompt {
    classes = List.copyOf(classes);
    if (classes.isEmpty() || !text.equals(TASK + " " + String.join(" ; ", classes))) {
      throw new IllegalArgumentException(
          "prompt '%s' does not name the classes %s: use DetectPrompt.parse"
              .formatted(text, classes));
    }
  }

  /**
   * Takes any white space around {@code ;} and between words, and brings it into the one form the
   * models were trained on. The case of the classes stays.
   *
   * @throws IllegalArgumentException with one sentence for whoever wrote the prompt
   */
  public static DetectPrompt parse(String text) {
    String[] taskAndRest = text.strip().split("\\s+", 2);
    if (!taskAndRest[0].equals(TASK)) {
      throw new IllegalArgumentException(
          "prompt '%s' does not start with 'detect': write, for example, 'detect person ; car'"
              .formatted(text.strip()));
    }
    String rest = taskAndRest.length == 2 ? taskAndRest[1] : "";
    LinkedHashSet<String> classes = new LinkedHashSet<>();
    for (String part : rest.split(";", -1)) {
      List<String> words = new ArrayList<>(Arrays.asList(part.strip().split("\\s+")));
      String name = String.join(" ", words);
      if (!name.isEmpty()) {
        classes.add(checked(name));
      }
    }
    if (classes.isEmpty()) {
      throw new IllegalArgumentException(
          "prompt '%s' names no class: write, for example, 'detect person ; car'"
              .formatted(text.strip()));
    }
    return new DetectPrompt(TASK + " " + String.join(" ; ", classes), List.copyOf(classes));
  }

  /** Angle brackets would be read as special tokens such as {@code <eos>}. */
  private static String checked(String name) {
    if (name.indexOf('<') >= 0 || name.indexOf('>') >= 0) {
      throw new IllegalArgumentException(
          "class '%s' holds '<' or '>': name it in plain words".formatted(name));
    }
    return name;
  }
}
