package dev.watchword.app;

import dev.watchword.schemas.BoundingBox;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.Detection;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.ModelId;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.ScoreParts;
import dev.watchword.schemas.StageTimings;
import java.time.Instant;
import java.util.List;

/** A person who stands still, as a model that makes no mistakes sees it. */
final class SeenPerson {
  private SeenPerson() {}

  /** Of a gate, two frames a second. */
  static FrameDetections frame(Instant began, int number) {
    Instant at = began.plusMillis(500L * number);
    return FrameDetections.newBuilder()
        .setId(new FrameId("gate", "session", (long) number))
        .setCapturedAt(at)
        .setClock(CaptureClock.RTCP)
        .setCompletedAt(at)
        .setSourceWidth(1920)
        .setSourceHeight(1080)
        .setPromptId("people")
        .setPromptVersion("0a1b2c3d")
        .setModel(new ModelId("truth", "1", "none", "exact"))
        .setOutcome(Outcome.INFERRED)
        .setDetections(
            List.of(
                new Detection(
                    "person",
                    new BoundingBox(0.4f, 0.4f, 0.5f, 0.8f),
                    0.9f,
                    new ScoreParts(1f, 1f, 1f),
                    null)))
        .setText("")
        .setTokens(1)
        .setTimings(new StageTimings(0L, 0L, 0L, 0L, 0L, 1))
        .build();
  }
}
