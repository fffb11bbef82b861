package dev.watchword.sink.alerts;

import dev.watchword.schemas.CrossingDirection;
import java.time.Duration;
import java.util.Optional;

/**
 * What a rule waits for. Those about objects are judged for each camera and prompt by itself, so
 * that an object that two prompts see is not counted twice; only {@link Nothing} looks at all
 * prompts of a camera together.
 */
public sealed interface Condition {
  /** Conditions about objects in frames. */
  sealed interface OfObjects extends Condition {
    Sought sought();
  }

  /**
   * At least {@code count} objects are seen in {@code confirm} of {@code confirmOf} frames after
   * one another, and that goes on for {@code time}. Fires once while it holds.
   *
   * @param zone in which they must be
   */
  record Present(
      Sought sought, Optional<String> zone, int count, int confirm, int confirmOf, Duration time)
      implements OfObjects {}

  /** An object has been in the zone for so long, all its visits together. Fires once for each. */
  record Dwell(Sought sought, String zone, Duration time) implements OfObjects {}

  /** An object comes into the zone, or is first seen there. */
  record Enters(Sought sought, String zone) implements OfObjects {}

  /** An object goes out of the zone, or is gone from the picture while it was in it. */
  record Leaves(Sought sought, String zone) implements OfObjects {}

  /**
   * An object crosses the line.
   *
   * @param direction empty for both
   */
  record Crosses(Sought sought, String line, Optional<CrossingDirection> direction)
      implements OfObjects {}

  /** No such object has been seen for so long, whether the camera was there or not. */
  record Nothing(Sought sought, Optional<String> zone, Duration time) implements OfObjects {}

  /** The camera has not been live for so long, and nobody has stopped it. */
  record CameraLost(Duration time) implements Condition {}

  /**
   * Of the frames of a minute that were to be looked at, models have looked at less than so many
   * percent. With several prompts, that with the most counts, so that one that begins or ends
   * within the minute raises nothing.
   */
  record CoverageBelow(double percent) implements Condition {}
}
