package dev.watchword.inference;

import dev.watchword.schemas.SampledFrame;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** A minute of a camera's session, by the time of capture. */
record Minute(String camera, String session, Instant start) {
  static Minute of(SampledFrame frame) {
    return new Minute(
        frame.getId().getCamera(),
        frame.getId().getSession(),
        frame.getCapturedAt().truncatedTo(ChronoUnit.MINUTES));
  }
}
