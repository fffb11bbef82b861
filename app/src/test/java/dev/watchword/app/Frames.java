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
import dev.watchword.schemas.Task;
import dev.watchword.schemas.wire.GeneratedRecords;
import java.time.Instant;
import java.util.Arrays;

/** Records of what was seen, two frames a second. */
final class Frames {
  static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  static {
    GeneratedRecords.trust();
  }

  private Frames() {}

  /** A box in the middle for each label. */
  static FrameDetections seen(String camera, String prompt, int number, String... labels) {
    Instant at = START.plusMillis(500L * number);
    return FrameDetections.newBuilder()
        .setId(new FrameId(camera, "session", (long) number))
        .setCapturedAt(at)
        .setClock(CaptureClock.ARRIVAL)
        .setCompletedAt(at.plusMillis(100))
        .setSourceWidth(640)
        .setSourceHeight(480)
        .setPromptId(prompt)
        .setPromptVersion("1")
        .setTask(Task.DETECT)
        .setModel(new ModelId("test", "1", "none", "exact"))
        .setOutcome(Outcome.INFERRED)
        .setDetections(
            Arrays.stream(labels)
                .map(
                    label ->
                        new Detection(
                            label,
                            new BoundingBox(0.25f, 0.25f, 0.75f, 0.75f),
                            0.9f,
                            new ScoreParts(1f, 1f, 1f),
                            null))
                .toList())
        .setText("")
        .setTokens(1)
        .setTimings(new StageTimings(0L, 0L, 0L, 0L, 0L, 1))
        .build();
  }
}
