package dev.watchword.inference;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** What became of some frames of one camera. Used by one thread. */
final class Tally {
  private long consumed;
  private long late;
  private long expired;
  private final Map<String, Map<RequestOutcome, Long>> answers = new TreeMap<>();

  /**
   * One frame more.
   *
   * @param expiredBefore frames before it that had left the topic
   */
  void consumed(boolean isLate, long expiredBefore) {
    consumed++;
    late += isLate ? 1 : 0;
    expired += expiredBefore;
  }

  /** How a frame ended for a prompt; the prompt is empty when there was none. */
  void answered(String prompt, RequestOutcome outcome) {
    add(prompt, outcome, 1);
  }

  private void add(String prompt, RequestOutcome outcome, long frames) {
    answers
        .computeIfAbsent(prompt, any -> new EnumMap<>(RequestOutcome.class))
        .merge(outcome, frames, Long::sum);
  }

  void add(Tally more) {
    consumed += more.consumed;
    late += more.late;
    expired += more.expired;
    more.answers.forEach(
        (prompt, outcomes) -> outcomes.forEach((outcome, n) -> add(prompt, outcome, n)));
  }

  long consumed() {
    return consumed;
  }

  long late() {
    return late;
  }

  long expired() {
    return expired;
  }

  /** Frames by prompt and outcome. */
  Map<String, Map<RequestOutcome, Long>> answers() {
    return answers;
  }
}
