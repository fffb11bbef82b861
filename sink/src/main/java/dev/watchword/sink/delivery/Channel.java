package dev.watchword.sink.delivery;

import dev.watchword.schemas.Alert;
import java.time.Duration;
import java.util.Optional;

/** A way to a target. One thread sends; {@link #close()} may come from any other. */
interface Channel extends AutoCloseable {
  /** What became of one attempt. */
  sealed interface Outcome {}

  record Delivered() implements Outcome {}

  /**
   * Another attempt would fare the same.
   *
   * @param why one sentence without a secret
   */
  record Refused(String why) implements Outcome {}

  /**
   * It may be taken later.
   *
   * @param why one sentence without a secret
   * @param retryAfter what the target asks for
   */
  record Failed(String why, Optional<Duration> retryAfter) implements Outcome {}

  /** Makes one attempt; takes no longer than the target's time-out. */
  Outcome send(Alert alert) throws InterruptedException;

  /** Ends an attempt in progress, which then fails, and all later ones. */
  @Override
  void close();
}
