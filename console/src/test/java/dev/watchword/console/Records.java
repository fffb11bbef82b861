package dev.watchword.console;

import dev.watchword.schemas.BoundingBox;
import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.CameraState;
import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.Detection;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.Mask;
import dev.watchword.schemas.ModelId;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.SampleReason;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.ScoreParts;
import dev.watchword.schemas.StageTimings;
import dev.watchword.schemas.Task;
import dev.watchword.schemas.wire.GeneratedRecords;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;

/** Wire records for tests. */
final class Records {
  static {
    GeneratedRecords.trust();
  }

  static final String SESSION = "0197f6a0-0000-7000-8000-000000000001";
  static final Instant START = Instant.parse("2026-05-01T08:00:00Z");

  private Records() {}

  static FrameId id(String camera, long sequence) {
    return new FrameId(camera, SESSION, sequence);
  }

  static SampledFrame frame(String camera, long sequence) {
    return frame(id(camera, sequence), START, picture(sequence, 100));
  }

  static SampledFrame frame(FrameId id, Instant capturedAt, byte[] jpeg) {
    return frame(id, capturedAt, jpeg, CaptureClock.ARRIVAL);
  }

  static SampledFrame frame(FrameId id, Instant capturedAt, byte[] jpeg, CaptureClock clock) {
    return new SampledFrame(
        id,
        capturedAt,
        clock,
        capturedAt,
        0L,
        1280,
        720,
        "h264",
        false,
        false,
        null,
        SampleReason.RATE,
        960,
        540,
        ByteBuffer.wrap(jpeg),
        null,
        0,
        null);
  }

  /** Bytes that tell which frame they belong to. */
  static byte[] picture(long sequence, int size) {
    byte[] bytes = new byte[size];
    bytes[0] = (byte) 0xff;
    bytes[1] = (byte) sequence;
    return bytes;
  }

  static FrameDetections answer(FrameId id, Detection... detections) {
    return answer(id, "people", Outcome.INFERRED, START.plusMillis(40), detections);
  }

  static FrameDetections answer(
      FrameId id, String prompt, Outcome outcome, Instant completedAt, Detection... detections) {
    return answer(id, prompt, outcome, START, completedAt, detections);
  }

  static FrameDetections answer(
      FrameId id,
      String prompt,
      Outcome outcome,
      Instant capturedAt,
      Instant completedAt,
      Detection... detections) {
    return FrameDetections.newBuilder()
        .setId(id)
        .setCapturedAt(capturedAt)
        .setClock(CaptureClock.ARRIVAL)
        .setCompletedAt(completedAt)
        .setSourceWidth(1280)
        .setSourceHeight(720)
        .setPromptId(prompt)
        .setPromptVersion("0badcafe")
        .setTask(Task.DETECT)
        .setModel(new ModelId("test", "1", "none", "f32"))
        .setOutcome(outcome)
        .setDetections(List.of(detections))
        .setText("")
        .setTokens(0)
        .setTimings(new StageTimings(0L, 0L, 0L, 0L, 0L, 1))
        .build();
  }

  static Detection detection(String label, double xMin, double yMin, double xMax, double yMax) {
    return detection(label, 0.875, xMin, yMin, xMax, yMax);
  }

  static Detection detection(
      String label, double score, double xMin, double yMin, double xMax, double yMax) {
    return new Detection(
        label,
        new BoundingBox((float) xMin, (float) yMin, (float) xMax, (float) yMax),
        (float) score,
        new ScoreParts(1f, 1f, 1f),
        null);
  }

  /** The detection with a mask of 64 by 64. */
  static Detection masked(Detection detection, byte[] values) {
    return Detection.newBuilder(detection)
        .setMask(new Mask(ByteBuffer.wrap(new byte[16]), 64, 64, ByteBuffer.wrap(values)))
        .build();
  }

  /** An answer in words. */
  static FrameDetections words(FrameId id, Task task, String prompt, Instant at, String text) {
    return FrameDetections.newBuilder(answer(id, prompt, Outcome.INFERRED, at, at))
        .setTask(task)
        .setText(text)
        .build();
  }

  static CameraStatus status(String camera, CameraState state, CameraCause cause, String detail) {
    return CameraStatus.newBuilder()
        .setCamera(camera)
        .setState(state)
        .setCause(cause)
        .setDetail(detail)
        .setSince(START)
        .setUrl("rtsp://10.0.0.7/" + camera)
        .setSourceWidth(1280)
        .setSourceHeight(720)
        .setCodec("h264")
        .build();
  }
}
