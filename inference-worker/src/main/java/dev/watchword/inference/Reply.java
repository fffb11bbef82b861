package dev.watchword.inference;

import dev.watchword.paligemma.engine.Answer;
import java.time.Instant;
import java.util.List;

/** What came of a question. */
sealed interface Reply {
  Question question();

  /** What the model said, in the order of the prompts. */
  default List<Answer> answers() {
    return List.of();
  }

  /**
   * The model answered.
   *
   * @param batchSize frames in this call of the model
   * @param at when the call had returned
   */
  record Said(Question question, List<Answer> answers, int batchSize, Instant at)
      implements Reply {}

  /** The frame's picture cannot be decoded, so the model was not asked. */
  record NoPicture(Question question, String failure) implements Reply {}

  /** The model broke on this frame. */
  record Broken(Question question, String failure) implements Reply {}
}
