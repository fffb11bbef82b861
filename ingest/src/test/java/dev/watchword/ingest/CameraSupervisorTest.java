package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.CameraState;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.SampledFrame;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class CameraSupervisorTest {
  private final Topics topics = new Topics(true);
  private final ScriptedCamera camera = new ScriptedCamera();
  private final List<Duration> waits = new ArrayList<>();
  private final CameraSupervisor supervisor = supervisor((time, stop) -> waits.add(time));

  @Test
  void tellsEachChangeOfStateOnce() {
    camera
        .refuses(CameraCause.REFUSED)
        .refuses(CameraCause.REFUSED)
        .refuses(CameraCause.AUTH_FAILED)
        .plays(3, CameraCause.STALLED)
        .plays(3, CameraCause.ENDED);
    steps(13);
    supervisor.close();

    assertThat(topics.states())
        .containsExactly(
            "CONNECTING NONE",
            "WAITING REFUSED",
            "WAITING AUTH_FAILED",
            "LIVE NONE",
            "WAITING STALLED",
            "LIVE NONE",
            "WAITING ENDED",
            "WAITING OTHER",
            "STOPPED NONE");
    assertThat(topics.statuses().get(3).getSourceWidth()).isEqualTo(64);
    assertThat(topics.count("sessions_total", "gate")).isEqualTo(2);
    assertThat(camera.closed).isEqualTo(camera.opened).isEqualTo(2);
  }

  @Test
  void waitsLongerAfterEachFailureUntilTheCameraWorksAgain() {
    camera
        .refuses(CameraCause.REFUSED)
        .plays(2, CameraCause.STALLED)
        .plays(9, CameraCause.STALLED)
        .plays(10, CameraCause.STALLED)
        .refuses(CameraCause.REFUSED);
    steps(1 + 3 + 10 + 11 + 1);

    assertThat(waits).hasSize(5);
    assertThat(waits.get(0).toMillis()).isBetween(250L, 313L);
    assertThat(waits.get(1).toMillis()).isBetween(500L, 625L);
    assertThat(waits.get(2).toMillis()).isBetween(1000L, 1250L);
    assertThat(waits.get(3).toMillis()).isBetween(250L, 313L);
    assertThat(waits.get(4).toMillis()).isBetween(500L, 625L);
    supervisor.close();
  }

  @Test
  void aRecordingIsReadOnce() {
    camera.playsRecording(4).plays(4, CameraCause.STALLED);
    steps(20);
    supervisor.close();

    assertThat(camera.opened).isEqualTo(1);
    assertThat(topics.states()).containsExactly("CONNECTING NONE", "LIVE NONE", "ENDED ENDED");
    assertThat(topics.registry.getSampleValue("watchword_ingest_failures_total")).isNull();
  }

  @Test
  void eachConnectionIsASessionThatCountsItsFramesFromZero() {
    camera.plays(11, CameraCause.STALLED).plays(6, CameraCause.STALLED);
    steps(19);
    supervisor.close();

    List<FrameId> ids = topics.frames().stream().map(SampledFrame::getId).toList();
    assertThat(ids).extracting(FrameId::getSequence).containsExactly(0L, 1L, 2L, 0L, 1L);
    assertThat(ids).extracting(FrameId::getSession).doesNotContainNull();
    assertThat(ids.get(0).getSession()).isEqualTo(ids.get(2).getSession());
    assertThat(ids.get(0).getSession()).isNotEqualTo(ids.get(3).getSession());
  }

  @Test
  void damagedFramesAreDroppedUpToTheNextKeyFrame() {
    camera.plays(30, i -> i == 12, CameraCause.STALLED);
    steps(30);
    supervisor.close();

    assertThat(topics.dropped("gate", DropReason.DAMAGED)).isEqualTo(8);
    assertThat(topics.frames())
        .extracting(SampledFrame::getPtsMicros)
        .containsExactly(0L, 500_000L, 1_000_000L, 2_000_000L, 2_500_000L);
    assertThat(topics.frames()).noneMatch(SampledFrame::getDamaged);
  }

  @Test
  void everyFrameIsAccountedFor() {
    camera
        .plays(57, i -> i % 23 == 5, CameraCause.STALLED)
        .refuses(CameraCause.TIMEOUT)
        .plays(123, i -> i % 31 == 7, CameraCause.OTHER);
    for (int i = 0; i < 183; i++) {
      topics.producer.sendException = i % 40 > 30 ? new TimeoutException("no broker") : null;
      topics.nanos.addAndGet(300_000_000);
      supervisor.step();
      assertThat(topics.unaccounted("gate")).as("after step %d", i).isZero();
    }
    supervisor.close();
    topics.publisher.close();

    assertThat(topics.count("frames_captured_total", "gate")).isEqualTo(180);
    assertThat(topics.dropped("gate", DropReason.DAMAGED)).isPositive();
    assertThat(topics.dropped("gate", DropReason.BROKER_AWAY)).isPositive();
    assertThat(topics.count("frames_published_total", "gate"))
        .isEqualTo(topics.frames().size())
        .isPositive();
    assertThat(topics.count("frames_in_flight", "gate")).isZero();
  }

  @Test
  void aStateThatTheBrokerDidNotGetIsSentAgain() {
    camera.refuses(CameraCause.REFUSED).refuses(CameraCause.REFUSED);
    topics.producer.sendException = new TimeoutException("no broker");
    steps(1);
    assertThat(topics.states()).isEmpty();

    topics.producer.sendException = null;
    topics.nanos.addAndGet(2_000_000_000L);
    steps(1);
    assertThat(topics.states()).containsExactly("WAITING REFUSED");
    supervisor.close();
  }

  @Test
  void aStopWhileConnectingIsNoFailure() {
    camera.refuses(CameraCause.TIMEOUT);
    supervisor.wakeup();
    steps(1);
    supervisor.close();

    assertThat(waits).isEmpty();
    assertThat(topics.states()).containsExactly("CONNECTING NONE", "STOPPED NONE");
    assertThat(supervisor.state()).isEqualTo(CameraState.STOPPED);
  }

  private void steps(int count) {
    for (int i = 0; i < count; i++) {
      supervisor.step();
    }
  }

  private CameraSupervisor supervisor(Pause pause) {
    return new CameraSupervisor(
        Clips.camera("gate", "rtsp://admin:s3cret@10.0.0.7/ch1"),
        camera,
        topics.publisher,
        topics.metrics.camera("gate"),
        Clock.systemUTC(),
        pause,
        new SplittableRandom(1));
  }
}
