package dev.watchword.inference;

import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.Segment;
import dev.watchword.paligemma.Timings;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.schemas.BoundingBox;
import dev.watchword.schemas.Detection;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Mask;
import dev.watchword.schemas.ModelId;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.ScoreParts;
import dev.watchword.schemas.StageTimings;
import dev.watchword.schemas.Task;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Makes the records that the worker publishes. */
public final class WireRecords {
  private final ModelId model;

  WireRecords(dev.watchword.paligemma.ModelId model) {
    this.model =
        new ModelId(model.checkpoint(), model.revision(), model.engine(), model.precision());
  }

  FrameDetections inferred(
      Received.Frame frame,
      Prompt prompt,
      Answer.Given answer,
      Duration queued,
      int batchSize,
      Instant now) {
    Generation generation = answer.generation();
    return record(frame, prompt, now)
        .setOutcome(Outcome.INFERRED)
        .setDetections(generation.detections().stream().map(WireRecords::detection).toList())
        .setText(generation.text())
        .setTokens(Math.toIntExact(answer.usage().completionTokens()))
        .setTimings(timings(generation.timings(), queued, batchSize))
        .setBusyMicros(micros(generation.effort().busy()))
        .build();
  }

  FrameDetections stale(Received.Frame frame, Prompt prompt, Duration queued, Instant now) {
    return record(frame, prompt, now)
        .setOutcome(Outcome.SKIPPED_STALE)
        .setTimings(notInferred(queued))
        .build();
  }

  FrameDetections failed(
      Received.Frame frame, Prompt prompt, String failure, Duration queued, Instant now) {
    return record(frame, prompt, now)
        .setOutcome(Outcome.FAILED)
        .setFailure(failure)
        .setTimings(notInferred(queued))
        .build();
  }

  private FrameDetections.Builder record(Received.Frame received, Prompt prompt, Instant now) {
    SampledFrame frame = received.frame();
    return FrameDetections.newBuilder()
        .setId(frame.getId())
        .setCapturedAt(frame.getCapturedAt())
        .setClock(frame.getClock())
        .setCompletedAt(now)
        .setSourceWidth(frame.getSourceWidth())
        .setSourceHeight(frame.getSourceHeight())
        .setPromptId(prompt.id())
        .setPromptVersion(prompt.version())
        .setTask(Task.valueOf(prompt.asked().task().name()))
        .setModel(model)
        .setDetections(List.of())
        .setText("")
        .setTokens(0)
        .setLate(received.late())
        .setShadow(prompt.shadow())
        .setReplay(frame.getReplay() == null ? null : frame.getReplay().getId());
  }

  /** A detection as it travels. */
  public static Detection detection(dev.watchword.paligemma.Detection detection) {
    var box = detection.box();
    var score = detection.score();
    return new Detection(
        detection.label(),
        new BoundingBox(box.xMin(), box.yMin(), box.xMax(), box.yMax()),
        score.value(),
        new ScoreParts(score.object(), score.label(), score.location()),
        detection.segment().map(WireRecords::mask).orElse(null));
  }

  private static Mask mask(Segment segment) {
    byte[] codes = new byte[segment.codes().size()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = segment.codes().get(i).byteValue();
    }
    byte[] values =
        segment.mask().map(dev.watchword.paligemma.Mask::values).orElseGet(() -> new byte[0]);
    int side = values.length == 0 ? 0 : dev.watchword.paligemma.Mask.SIDE;
    return new Mask(ByteBuffer.wrap(codes), side, side, ByteBuffer.wrap(values));
  }

  private static StageTimings timings(Timings timings, Duration queued, int batchSize) {
    return new StageTimings(
        micros(queued),
        micros(timings.preprocess()),
        micros(timings.vision()),
        micros(timings.prefill()),
        micros(timings.decode()),
        batchSize);
  }

  private static StageTimings notInferred(Duration queued) {
    return new StageTimings(micros(queued), 0L, 0L, 0L, 0L, 0);
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1000;
  }
}
