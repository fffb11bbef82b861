package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.CameraState;
import dev.watchword.schemas.SampleReason;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.simulator.SceneClip;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateIT {
  @TempDir static Path directory;

  private final Topics topics = new Topics(true);

  @Test
  void publishesWhatChangesAndCountsTheRest() throws IOException {
    // Two still pictures of eight seconds each.
    Path clip = SceneClip.cached(directory, SceneClip.slideshow(7, 2, 80, 320, 240, 10));
    GateConfig gate =
        new GateConfig(20, 0.003, Duration.ofSeconds(1), Duration.ofSeconds(5), 0.95, List.of());

    play(clip, Optional.of(gate));

    // Heartbeats at 0 and 5 s, the cut at 8 s and what is held after it, and one at 14 s.
    assertThat(topics.frames())
        .extracting(SampledFrame::getPtsMicros)
        .containsExactly(0L, 5_000_000L, 8_000_000L, 8_500_000L, 9_000_000L, 14_000_000L);
    assertThat(topics.frames())
        .extracting(SampledFrame::getReason)
        .containsExactly(
            SampleReason.HEARTBEAT,
            SampleReason.HEARTBEAT,
            SampleReason.MOTION,
            SampleReason.MOTION,
            SampleReason.MOTION,
            SampleReason.HEARTBEAT);
    assertThat(topics.frames().get(2).getMotionScore()).isGreaterThan(0.1f);
    assertThat(topics.frames().get(3).getMotionScore()).isLessThan(0.003f);
    assertThat(topics.frames())
        .extracting(frame -> frame.getId().getSequence())
        .last()
        .isEqualTo(5L);
    assertThat(topics.count("frames_gated_total", "gate")).isEqualTo(26);
    assertThat(topics.unaccounted("gate")).isZero();
  }

  @Test
  void withoutAGateEveryFramePassesUnscored() throws IOException {
    Path clip = SceneClip.cached(directory, SceneClip.slideshow(7, 2, 80, 320, 240, 10));

    play(clip, Optional.empty());

    assertThat(topics.frames()).hasSize(32);
    assertThat(topics.frames().get(9).getMotionScore()).isNull();
    assertThat(topics.frames().get(9).getReason()).isEqualTo(SampleReason.RATE);
    assertThat(topics.count("frames_gated_total", "gate")).isZero();
  }

  private void play(Path clip, Optional<GateConfig> gate) {
    CameraConfig camera = Clips.camera("gate", clip.toString(), DecodeMode.LAZY, gate);
    Pause none = (time, stop) -> {};
    try (CameraSupervisor supervisor =
        new CameraSupervisor(
            camera,
            FfmpegSource.opener(Clock.systemUTC(), none),
            topics.publisher,
            topics.metrics.camera("gate"),
            Clock.systemUTC(),
            none,
            new SplittableRandom(1))) {
      for (int i = 0; i < 1000 && supervisor.state() != CameraState.ENDED; i++) {
        supervisor.step();
      }
    }
  }
}
