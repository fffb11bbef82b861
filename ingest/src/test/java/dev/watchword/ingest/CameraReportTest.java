package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.CameraState;
import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.RecordingCause;
import dev.watchword.schemas.RecordingState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class CameraReportTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final double UNKNOWN = Double.NaN;

  private final Topics topics = new Topics(true);
  private Instant now = START;
  private Recording recording = Recording.ON;
  private final CameraReport report =
      new CameraReport(
          Clips.camera("gate", "rtsp://10.0.0.7/ch1"),
          topics.publisher,
          new Clock() {
            @Override
            public Instant instant() {
              return now;
            }

            @Override
            public ZoneId getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
              return this;
            }
          },
          () -> recording);

  @Test
  void tellsOfTheClockWithTheFirstPictureAndOfItsNotableChanges() {
    frame(CaptureClock.ARRIVAL, -1, UNKNOWN);
    frame(CaptureClock.ARRIVAL, 3_000, UNKNOWN);
    assertThat(topics.statuses()).as("not all the time").hasSize(1);

    now = START.plus(CameraReport.CLOCK_INTERVAL);
    frame(CaptureClock.RTCP, 4_000, UNKNOWN);
    frame(CaptureClock.RTCP, 9_000, UNKNOWN);
    now = now.plus(CameraReport.CLOCK_INTERVAL);
    frame(CaptureClock.RTCP, 9_000, UNKNOWN);
    now = now.plus(CameraReport.CLOCK_INTERVAL);
    frame(CaptureClock.RTCP, 9_000, 180);
    now = now.plus(CameraReport.CLOCK_INTERVAL);
    frame(CaptureClock.RTCP, 50_000, 185);

    List<CameraStatus> told = topics.statuses();
    assertThat(told)
        .extracting(CameraStatus::getClock)
        .containsExactly(
            CaptureClock.ARRIVAL, CaptureClock.RTCP, CaptureClock.RTCP, CaptureClock.RTCP);
    assertThat(told)
        .extracting(CameraStatus::getClockErrorMicros)
        .containsExactly(null, 4_000L, 9_000L, 50_000L);
    assertThat(told)
        .extracting(CameraStatus::getClockSkewPpm)
        .containsExactly(null, null, 180.0, 185.0);
    assertThat(told).extracting(CameraStatus::getSince).containsOnly(START);
    assertThat(told).extracting(CameraStatus::getState).containsOnly(CameraState.LIVE);
  }

  @Test
  void aCameraThatIsAwayHasNoClock() {
    frame(CaptureClock.RTCP, 4_000, 180);
    report.waiting("session", new SourceFailure(CameraCause.STALLED, "it stalled"));
    now = START.plus(CameraReport.CLOCK_INTERVAL);
    report.refresh();

    assertThat(topics.statuses()).hasSize(2);
    assertThat(topics.statuses().getLast().getClock()).isNull();
    assertThat(topics.statuses().getLast().getClockSkewPpm()).isNull();
  }

  @Test
  void tellsAtOnceThatTheRecordingFailsAndWhenItGoesOnWithoutALogLine() {
    try (LogLines lines = new LogLines()) {
      frame(CaptureClock.RTCP, 0, UNKNOWN);
      recording = Recording.degraded(RecordingCause.DISK_FULL, "the disk has 3 MiB left");
      frame(CaptureClock.RTCP, 0, UNKNOWN);
      recording = Recording.degraded(RecordingCause.DISK_FULL, "the disk has 2 MiB left");
      frame(CaptureClock.RTCP, 0, UNKNOWN);
      recording = Recording.ON;
      now = START.plus(Duration.ofSeconds(1));
      frame(CaptureClock.RTCP, 0, UNKNOWN);
      report.stopped("");
      assertThat(lines.states()).hasSize(2);
    }
    assertThat(topics.statuses())
        .extracting(CameraStatus::getRecording)
        .containsExactly(
            RecordingState.RECORDING,
            RecordingState.DEGRADED,
            RecordingState.RECORDING,
            RecordingState.OFF);
    CameraStatus degraded = topics.statuses().get(1);
    assertThat(degraded.getRecordingCause()).isEqualTo(RecordingCause.DISK_FULL);
    assertThat(degraded.getRecordingDetail()).isEqualTo("the disk has 3 MiB left");
    assertThat(degraded.getSince()).isEqualTo(START);
  }

  @Test
  void whatTheBrokerDidNotGetIsSentAgain() {
    frame(CaptureClock.RTCP, 0, UNKNOWN);
    topics.producer.sendException = new org.apache.kafka.common.errors.TimeoutException("away");
    recording = Recording.degraded(RecordingCause.DISK_FULL, "the disk has 3 MiB left");
    report.refresh();
    topics.producer.sendException = null;
    topics.nanos.addAndGet(2_000_000_000L);
    report.refresh();

    assertThat(topics.statuses())
        .extracting(CameraStatus::getRecording)
        .containsExactly(RecordingState.RECORDING, RecordingState.DEGRADED);
  }

  private void frame(CaptureClock clock, long errorMicros, double skewPpm) {
    ClockQuality quality = new ClockQuality(clock, errorMicros, skewPpm);
    report.live("session", new Frame(null, 0, 0, quality, 0, 0, true, false, 640, 480, "h264"));
    report.refresh();
  }
}
