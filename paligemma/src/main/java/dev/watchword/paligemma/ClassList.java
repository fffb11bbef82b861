package dev.watchword.paligemma;

import java.util.LinkedHashSet;
import java.util.List;

/** The classes that a prompt such as {@code detect a ; b} names after its task. */
final class ClassList {
  private static final String SEPARATOR = " ; ";

  private ClassList() {}

  /** The text that asks for the classes. */
  static String text(String task, List<String> classes) {
    return task + " " + String.join(SEPARATOR, classes);
  }

  /**
   * Takes any white space around {@code ;} and between words. The case of the classes stays; one
   * that is named again counts once.
   *
   * @throws IllegalArgumentException with one sentence for whoever wrote the prompt
   */
  static List<String> parse(String task, String text) {
    String[] taskAndRest = text.strip().split("\\s+", 2);
    if (!taskAndRest[0].equals(task)) {
      throw new IllegalArgumentException(
          "prompt '%.60s' does not start with '%s': write, for example, '%s person ; car'"
              .formatted(text.strip(), task, task));
    }
    LinkedHashSet<String> classes = new LinkedHashSet<>();
    String rest = taskAndRest.length == 2 ? taskAndRest[1] : "";
    for (String part : rest.split(";", -1)) {
      String name = String.join(" ", part.strip().split("\\s+"));
      if (!name.isEmpty()) {
        classes.add(PlainWords.checked("class", name));
      }
    }
    if (classes.isEmpty()) {
      throw new IllegalArgumentException(
          "prompt '%s' names no class: write, for example, '%s person ; car'"
              .formatted(text.strip(), task));
    }
    return List.copyOf(classes);
  }

  /** The classes, when the text asks for just them. */
  static List<String> checked(String task, String text, List<String> classes) {
    if (classes.isEmpty() || !text.equals(text(task, classes))) {
      throw new IllegalArgumentException(
          "prompt '%s' does not name the classes %s: parse it".formatted(text, classes));
    }
    return List.copyOf(classes);
  }
}
