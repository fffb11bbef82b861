package dev.watchword.schemas;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;

/** A record of each class and version of its schema, as the golden bytes hold it. */
final class GoldenSamples {
  private static final Instant TIME = Instant.parse("2026-03-01T12:00:00.123456Z");

  /** A record and the version of its schema that first could hold it. */
  record Sample(int version, SpecificRecord record) {
    @Override
    public String toString() {
      return record.getSchema().getName() + " v" + version;
    }
  }

  private static final FrameId ID =
      new FrameId("gate", "0195a0b2-0000-7000-8000-000000000001", 42L);

  static Stream<Sample> all() {
    return Stream.of(
        new Sample(1, frame(null, 0, null)),
        new Sample(2, frame(12_000L, 3, null)),
        new Sample(3, frame(12_000L, 3, replayed())),
        new Sample(1, detections(Task.DETECT, null, false, false, 0, null)),
        new Sample(2, detections(Task.SEGMENT, mask(), false, false, 0, null)),
        new Sample(3, detections(Task.SEGMENT, mask(), true, false, 0, null)),
        new Sample(4, detections(Task.SEGMENT, mask(), true, true, 1234, null)),
        new Sample(5, detections(Task.SEGMENT, mask(), true, true, 1234, "20260301-120000-1a2b")),
        new Sample(1, replay()),
        new Sample(1, status(null, null, null, RecordingState.UNKNOWN, RecordingCause.NONE, "")),
        new Sample(
            2,
            status(
                CaptureClock.RTCP,
                12_000L,
                -35.5,
                RecordingState.DEGRADED,
                RecordingCause.DISK_FULL,
                "the disk has 12 MiB left")),
        new Sample(1, event()),
        new Sample(
            1,
            new Segment(
                "gate",
                ID.getSession(),
                TIME,
                TIME.plusSeconds(10),
                "recordings/gate/2026-03-01/120000.123.mp4",
                SegmentState.RECOVERED,
                250,
                5_000_000L,
                "h264")),
        new Sample(1, evidenceRequest(List.of())),
        new Sample(
            2,
            evidenceRequest(
                List.of(new MarkedBox("person", new BoundingBox(0.25f, 0.5f, 0.75f, 1f), 0.875f)))),
        new Sample(1, evidence(null, null, null)),
        new Sample(
            2,
            evidence(
                "s3://archive/evidence/gate/2026-03-01/a-1.jpg",
                "evidence/gate/2026-03-01/a-1.boxes.jpg",
                "s3://archive/evidence/gate/2026-03-01/a-1.boxes.jpg")),
        new Sample(
            1,
            new Camera(
                "gate",
                "rtsp://viewer:${env:GATE_PASSWORD}@10.0.0.5/stream1",
                Map.of("sample", "2/s"),
                "host:/srv/watchword-data",
                false,
                TIME)),
        new Sample(
            1,
            new Prompt(
                "people",
                "detect person",
                false,
                List.of("gate"),
                TIME,
                true,
                true,
                "host:/srv/watchword-data",
                TIME.minusSeconds(2))),
        new Sample(1, alertRule()),
        new Sample(1, alert()),
        new Sample(1, coverage("", 0, 0)),
        new Sample(2, coverage("people", 96, 3)),
        new Sample(
            1,
            new DeadLetter(
                "watchword.frames",
                3,
                99L,
                "Unknown magic byte!",
                "inference",
                TIME,
                ByteBuffer.wrap(new byte[] {7, 8}))));
  }

  private static CameraStatus status(
      CaptureClock clock,
      Long clockErrorMicros,
      Double clockSkewPpm,
      RecordingState recording,
      RecordingCause recordingCause,
      String recordingDetail) {
    return new CameraStatus(
        "gate",
        ID.getSession(),
        CameraState.WAITING,
        CameraCause.AUTH_FAILED,
        "wrong user or password",
        TIME,
        "rtsp://10.0.0.5/stream1",
        1920,
        1080,
        "h264",
        clock,
        clockErrorMicros,
        clockSkewPpm,
        recording,
        recordingCause,
        recordingDetail);
  }

  private static EvidenceRequest evidenceRequest(List<MarkedBox> boxes) {
    return new EvidenceRequest("a-1", "gate", EvidenceKind.CLIP, TIME, 2_000_000L, 500_000L, boxes);
  }

  private static Evidence evidence(String uri, String nameWithBoxes, String uriWithBoxes) {
    return new Evidence(
        "a-1",
        "gate",
        EvidenceKind.PICTURE,
        EvidenceOutcome.STORED,
        "",
        TIME,
        TIME,
        "evidence/gate/2026-03-01/a-1.jpg",
        170_000L,
        1920,
        1080,
        uri,
        nameWithBoxes,
        uriWithBoxes);
  }

  private static AlertRule alertRule() {
    return new AlertRule(
        "night",
        "0a1b2c3d",
        Map.of("when", "enters"),
        "host:/srv/watchword-data",
        true,
        TIME.minusSeconds(2));
  }

  private static Alert alert() {
    return new Alert(
        "0195a0b2-0000-8000-8000-000000000004",
        "night",
        "0a1b2c3d",
        "gate",
        AlertKind.CROSSED,
        TIME,
        "person crossed door to the left",
        "person",
        "yard",
        "door",
        CrossingDirection.TO_LEFT,
        1,
        0.875f,
        List.of("0195a0b2-0000-8000-8000-000000000003"),
        List.of(ID),
        "people",
        "0a1b2c3d",
        new ModelId("demo", "abcd", "OnnxRuntime", "float32"),
        2.5,
        "s3://pictures/evidence/gate/2026-03-01/a-1.jpg");
  }

  private static ObjectEvent event() {
    Sighting seen = new Sighting(ID, TIME, new BoundingBox(0.25f, 0.5f, 0.75f, 1f), 0.875f);
    return new ObjectEvent(
        "0195a0b2-0000-8000-8000-000000000003",
        EventPhase.END,
        3,
        "gate",
        "person",
        "people",
        "0a1b2c3d",
        new ModelId("demo", "abcd", "OnnxRuntime", "float32"),
        CaptureClock.RTCP,
        TIME.plusSeconds(6),
        TIME,
        TIME.plusSeconds(2),
        EndCause.LEFT,
        5,
        seen,
        seen,
        seen,
        List.of(new PathPoint(TIME, 0.5f, 1f)),
        List.of(new ZoneStay("yard", false, 1, TIME, TIME.plusSeconds(2), 2_000_000L, 1)),
        List.of(new LineCrossing("door", CrossingDirection.TO_LEFT, TIME.plusSeconds(1))));
  }

  private static SampledFrame frame(Long clockErrorMicros, int epoch, ReplayFrame replay) {
    return new SampledFrame(
        ID,
        TIME,
        CaptureClock.RTCP,
        TIME.plusMillis(40),
        1_680_000L,
        1920,
        1080,
        "h264",
        true,
        false,
        0.125f,
        SampleReason.RATE,
        640,
        360,
        ByteBuffer.wrap(new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xd9}),
        clockErrorMicros,
        epoch,
        replay);
  }

  private static ReplayFrame replayed() {
    return new ReplayFrame(
        "20260301-120000-1a2b",
        7L,
        true,
        List.of(new ReplayPrompt("people", "detect person", false, true)));
  }

  private static Replay replay() {
    return new Replay(
        "20260301-120000-1a2b",
        ReplayState.DONE,
        "nothing was recorded from 12:00:00 to 12:00:10",
        new ReplayRequest(
            "/videos/night.mp4",
            "gate",
            TIME,
            TIME.plusSeconds(60),
            TIME,
            List.of(new ReplayPrompt("people", "detect person", false, true)),
            2.0,
            4.0),
        "/videos/night.mp4",
        120L,
        true,
        120L,
        118L,
        2L,
        1L,
        15L,
        236L,
        236L,
        3L,
        TIME.plusSeconds(59),
        Map.of("gate", 12L),
        new ModelId("demo", "abcd", "OnnxRuntime", "float32"),
        TIME,
        TIME.plusSeconds(20));
  }

  private static Coverage coverage(String prompt, long consumed, long expired) {
    return new Coverage(
        "gate",
        ID.getSession(),
        Instant.parse("2026-03-01T12:00:00Z"),
        CoverageService.INGEST,
        "0195a0b2-0000-7000-8000-000000000002",
        true,
        1500L,
        1380L,
        20L,
        Map.of("damaged", 4L),
        90L,
        6L,
        6L,
        Map.of("inferred", 90L),
        prompt,
        consumed,
        expired);
  }

  private static Mask mask() {
    return new Mask(
        ByteBuffer.wrap(new byte[] {1, 127}), 2, 1, ByteBuffer.wrap(new byte[] {0, (byte) 255}));
  }

  private static FrameDetections detections(
      Task task, Mask mask, boolean late, boolean shadow, long busyMicros, String replay) {
    BoundingBox box = new BoundingBox(0.25f, 0.5f, 0.75f, 1f);
    ScoreParts parts = new ScoreParts(0.9f, 0.95f, 0.8f);
    return new FrameDetections(
        ID,
        TIME,
        CaptureClock.ARRIVAL,
        TIME.plusMillis(90),
        1920,
        1080,
        "people",
        "0a1b2c3d",
        task,
        new ModelId("demo", "abcd", "OnnxRuntime", "float32"),
        Outcome.INFERRED,
        null,
        List.of(new Detection("person", box, 0.875f, parts, mask)),
        "<loc0512><loc0256><loc1023><loc0768> person",
        6,
        new StageTimings(1L, 2L, 3L, 4L, 5L, 8),
        late,
        shadow,
        busyMicros,
        replay);
  }

  private GoldenSamples() {}
}
