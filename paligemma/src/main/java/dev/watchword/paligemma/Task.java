package dev.watchword.paligemma;

import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a prompt asks for; it decides what the answer holds. */
public enum Task {
  /** Boxes with labels. */
  DETECT,
  /** Boxes with labels and masks. */
  SEGMENT,
  /** A sentence about the picture. */
  CAPTION,
  /** The writing in the picture. */
  OCR,
  /** The answer to a question. */
  ANSWER,
  /** Whatever the model says to free text. */
  TEXT;

  /** The words that a prompt may begin with, in the alphabet's order. */
  private static final Map<String, Task> WORDS =
      new TreeMap<>(
          Map.of(
              "detect", DETECT,
              "segment", SEGMENT,
              "caption", CAPTION,
              "cap", CAPTION,
              "describe", CAPTION,
              "ocr", OCR,
              "answer", ANSWER));

  /**
   * The task that a prompt's first word names.
   *
   * @throws IllegalArgumentException with one sentence for whoever wrote the prompt
   */
  static Task of(String firstWord, String prompt) {
    Task task = WORDS.get(firstWord);
    if (task == null) {
      throw new IllegalArgumentException(
          "prompt '%.60s' starts with none of the tasks %s%s"
              .formatted(
                  prompt,
                  String.join(", ", WORDS.keySet()),
                  nearest(firstWord).map(near -> "; did you mean '" + near + "'?").orElse("")));
    }
    return task;
  }

  private static Optional<String> nearest(String word) {
    int most = Math.max(1, word.length() / 3);
    return WORDS.keySet().stream()
        .filter(known -> distance(word, known) <= most)
        .min(Comparator.comparingInt(known -> distance(word, known)));
  }

  /** Levenshtein distance, case ignored. */
  private static int distance(String word, String known) {
    String lower = word.toLowerCase(Locale.ROOT);
    int[] row = new int[known.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= lower.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int change = diagonal + (lower.charAt(i - 1) == known.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[known.length()];
  }
}
