package dev.watchword.paligemma.engine;

import dev.watchword.paligemma.ModelId;
import dev.watchword.paligemma.Request;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A loaded model, as an engine provides it. May be used by several threads. */
public interface Generator extends AutoCloseable {
  ModelId id();

  /** What else is worth knowing about the model, such as {@code imageSize}, by name. */
  default Map<String, String> properties() {
    return Map.of();
  }

  /**
   * How many callers it serves well at the same time: what is at work for one of them need not wait
   * for the other. With more callers nothing is faster.
   */
  default int lanes() {
    return 1;
  }

  /** What the model has done so far, where the engine tells. */
  default Optional<Activity> activity() {
    return Optional.empty();
  }

  /**
   * Takes a secret, which is no option because DJL prints options when its log is at debug.
   *
   * @return whether this engine knows a secret of that name
   */
  default boolean secret(String name, String value) {
    return false;
  }

  /**
   * Answers all requests, in their order, as one batch. An exception is a bug or a request that
   * should never have been made, and fails the whole batch; a {@link LostDeviceException} is for
   * the process to end.
   *
   * @throws InterruptedException when the thread is interrupted; what was under way is cancelled
   */
  List<Answer> generate(List<Request> requests) throws InterruptedException;

  /** Frees the model; called after the last {@link #generate} has returned. */
  @Override
  void close();
}
