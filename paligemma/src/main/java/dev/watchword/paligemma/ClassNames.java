package dev.watchword.paligemma;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds the class of a prompt that a label of the model means: the same word, another case, or
 * singular for plural and back. Immutable.
 */
final class ClassNames {
  private static final Map<String, String> IRREGULAR =
      Map.of("people", "person", "men", "man", "women", "woman", "children", "child");

  private final List<String> classes;

  ClassNames(List<String> classes) {
    this.classes = classes;
  }

  Optional<String> find(String label) {
    if (classes.contains(label)) {
      return Optional.of(label);
    }
    String folded = label.toLowerCase(Locale.ROOT);
    Optional<String> sameWord = first(name -> name.equals(folded));
    String singular = singular(folded);
    return sameWord.isPresent() ? sameWord : first(name -> singular(name).equals(singular));
  }

  /** Whether a label that was cut off may have been going to be another class than it reads. */
  boolean ambiguousStart(String label) {
    return classes.stream()
        .anyMatch(name -> name.length() > label.length() && startsWith(name, label));
  }

  private static boolean startsWith(String name, String label) {
    return name.regionMatches(true, 0, label, 0, label.length());
  }

  private Optional<String> first(Predicate<String> folded) {
    return classes.stream().filter(name -> folded.test(name.toLowerCase(Locale.ROOT))).findFirst();
  }

  private static String singular(String word) {
    String irregular = IRREGULAR.get(word);
    if (irregular != null) {
      return irregular;
    }
    if (word.endsWith("ies") && word.length() > 4) {
      return word.substring(0, word.length() - 3) + "y";
    }
    if (word.endsWith("ses")
        || word.endsWith("xes")
        || word.endsWith("ches")
        || word.endsWith("shes")) {
      return word.substring(0, word.length() - 2);
    }
    boolean plural = word.endsWith("s") && !word.endsWith("ss") && word.length() > 3;
    return plural ? word.substring(0, word.length() - 1) : word;
  }
}
