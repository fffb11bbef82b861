package dev.watchword.system;

import dev.watchword.schemas.BoundingBox;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.Detection;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.ModelId;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.ScoreParts;
import dev.watchword.schemas.StageTimings;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.TruthBox;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What a model that makes no mistake says of a drawn scene. */
public final class DrawnDetections {
  private DrawnDetections() {}

  /**
   * A record for each sampled frame.
   *
   * @param perSecond a divisor of the scene's frame rate
   */
  public static List<FrameDetections> of(
      DrawnScene scene,
      String camera,
      String session,
      Instant began,
      double seconds,
      double perSecond) {
    List<FrameDetections> records = new ArrayList<>();
    for (int i = 0; i / perSecond < seconds; i++) {
      int frame = (int) Math.round(i / perSecond * scene.framesPerSecond()) % scene.frames();
      List<Detection> boxes =
          scene.objects(frame).values().stream().map(DrawnDetections::detection).toList();
      Instant at = began.plus(Duration.ofNanos(Math.round(i / perSecond * 1e9)));
      records.add(record(new FrameId(camera, session, (long) i), at, boxes));
    }
    return records;
  }

  private static Detection detection(TruthBox box) {
    return new Detection(
        box.label(),
        new BoundingBox(box.xMin(), box.yMin(), box.xMax(), box.yMax()),
        1f,
        new ScoreParts(1f, 1f, 1f),
        null);
  }

  /** The record of one frame with these boxes. */
  public static FrameDetections record(FrameId id, Instant at, List<Detection> boxes) {
    return FrameDetections.newBuilder()
        .setId(id)
        .setCapturedAt(at)
        .setClock(CaptureClock.RTCP)
        .setCompletedAt(at.plusMillis(100))
        .setSourceWidth(640)
        .setSourceHeight(480)
        .setPromptId("street-life")
        .setPromptVersion("0a1b2c3d")
        .setModel(new ModelId("truth", "1", "none", "exact"))
        .setOutcome(Outcome.INFERRED)
        .setDetections(boxes)
        .setText("")
        .setTokens(1)
        .setTimings(new StageTimings(0L, 0L, 0L, 0L, 0L, 1))
        .build();
  }
}
