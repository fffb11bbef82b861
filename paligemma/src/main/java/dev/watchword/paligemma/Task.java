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

  /** Changed, missing, additional and swapped letters, case ignored. */
  private static int distance(String word, String known) {
    String lower = word.toLowerCase(Locale.ROOT);
    int[][] cost = new int[lower.length() + 1][known.length() + 1];
    for (int i = 0; i <= lower.length(); i++) {
      for (int j = 0; j <= known.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        boolean same = lower.charAt(i - 1) == known.charAt(j - 1);
        int changed = cost[i - 1][j - 1] + (same ? 0 : 1);
        cost[i][j] = Math.min(changed, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && lower.charAt(i - 1) == known.charAt(j - 2)
            && lower.charAt(i - 2) == known.charAt(j - 1)) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[lower.length()][known.length()];
  }
}
