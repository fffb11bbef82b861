package dev.watchword.paligemma.remote;

import dev.watchword.paligemma.engine.Answer.Reason;
import java.time.Duration;

/** How one call of an endpoint ended. */
sealed interface Attempt {
  /** With the body of a success. */
  record Answered(byte[] body) implements Attempt {}

  /**
   * For a reason that may pass.
   *
   * @param wish how long the server asks to wait; zero when it does not say
   */
  record Again(String sentence, Duration wish) implements Attempt {}

  /** For good. */
  record Never(Reason reason, String sentence) implements Attempt {}
}
