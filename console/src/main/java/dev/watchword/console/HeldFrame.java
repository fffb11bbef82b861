package dev.watchword.console;

import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.SampledFrame;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A frame in memory, what its prompts have answered, and whether it has been shown. */
final class HeldFrame {
  private static final int MOST_PROMPTS = 64;

  final SampledFrame frame;
  final long order;
  final long arrivedMicros;
  private final Map<String, FrameDetections> answers = new LinkedHashMap<>();
  private boolean changed;
  private boolean shown;

  HeldFrame(SampledFrame frame, long order, long arrivedMicros) {
    this.frame = frame;
    this.order = order;
    this.arrivedMicros = arrivedMicros;
  }

  int bytes() {
    return frame.getImage().remaining();
  }

  /** Takes a prompt's answer; false when the prompt has answered before. */
  boolean answer(FrameDetections answer) {
    if (answers.size() >= MOST_PROMPTS || answers.containsKey(answer.getPromptId())) {
      return false;
    }
    answers.put(answer.getPromptId(), answer);
    changed = true;
    return true;
  }

  Collection<FrameDetections> answers() {
    return answers.values();
  }

  /** Whether there is an answer that no browser has got. */
  boolean isChanged() {
    return changed;
  }

  boolean isShown() {
    return shown;
  }

  void markShown() {
    shown = true;
    changed = false;
  }

  /** The best that any prompt reached: one that saw outweighs one that was skipped. */
  String outcome() {
    List<Outcome> outcomes = answers.values().stream().map(FrameDetections::getOutcome).toList();
    for (Outcome outcome : List.of(Outcome.INFERRED, Outcome.FAILED, Outcome.SKIPPED_STALE)) {
      if (outcomes.contains(outcome)) {
        return outcome.name();
      }
    }
    return "NO_ANSWER";
  }

  Optional<String> failure() {
    return answers.values().stream()
        .map(FrameDetections::getFailure)
        .filter(failure -> failure != null)
        .findFirst();
  }
}
