package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.CameraState;
import dev.watchword.schemas.SampleReason;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.PausedScene;
import dev.watchword.simulator.SceneClip;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GateIT {
  @TempDir static Path directory;

  private final Topics topics = new Topics(true);

  @Test
  void publishesWhatChangesAndCountsTheRest() throws IOException {
    // Two still pictures of eight seconds each.
    Path clip = SceneClip.cached(directory, SceneClip.slideshow(7, 2, 80, 320, 240, 10));
    GateConfig gate =
        new GateConfig(
            20,
            0.003,
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            0.95,
            Optional.empty(),
            List.of());

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
  void aProbeSeesEveryFrameWhateverTheCameraDecodes() throws IOException {
    Path clip = SceneClip.cached(directory, SceneClip.slideshow(7, 2, 10, 320, 240, 10));
    List<GateProbe.Look> looks = new ArrayList<>();
    CameraConfig camera = Clips.camera("gate", clip.toString(), DecodeMode.KEYFRAMES);

    GateProbe.watch(camera, Duration.ofSeconds(5), looks::add);

    assertThat(looks)
        .extracting(look -> look.at().toMillis())
        .containsExactly(0L, 500L, 1000L, 1500L);
    assertThat(looks.get(0).passed()).isTrue();
    assertThat(looks.get(1).passed()).isFalse();
    assertThat(looks.get(2).passed()).isTrue();
    assertThat(looks.get(2).changed()).hasSize(320 * 240);
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

  /** Ten frames a second, a key frame each 1.5 s; something moves from 12.7 s to 18.7 s. */
  @ParameterizedTest
  @EnumSource(names = {"EAGER", "LAZY"})
  void decodesKeyFramesAloneWhileNothingMovesForLong(DecodeMode mode) throws IOException {
    Path clip =
        SceneClip.cached(
            directory, new PausedScene(new DrawnScene(5, 320, 240, 10, 120), 127, 60, 113));
    Topics without = new Topics(true);
    play(clip, mode, Optional.of(gate(Optional.empty())), without);
    play(clip, mode, Optional.of(gate(Optional.of(Duration.ofSeconds(3)))), topics);

    // Of 300 frames: the first 3 s, what moves with 3 s after it, and the key frames between.
    assertThat(topics.count("frames_decoded_total", "gate")).isBetween(100.0, 165.0);
    assertThat(topics.count("frames_decoded_total", "gate"))
        .isLessThan(0.7 * without.count("frames_decoded_total", "gate"));
    assertThat(topics.count("frames_idle_total", "gate")).isBetween(130.0, 190.0);
    assertThat(without.count("frames_idle_total", "gate")).isZero();
    assertThat(topics.count("frames_captured_total", "gate")).isEqualTo(300);
    assertThat(topics.unaccounted("gate")).isZero();

    List<SampledFrame> moving =
        without.frames().stream()
            .filter(frame -> frame.getReason() == SampleReason.MOTION)
            .filter(frame -> frame.getPtsMicros() >= 13_500_000)
            .toList();
    assertThat(moving).hasSizeGreaterThan(10);
    List<SampledFrame> seen =
        topics.frames().stream().filter(frame -> frame.getReason() == SampleReason.MOTION).toList();
    assertThat(seen.getFirst().getPtsMicros())
        .as("the first key frame after the motion began")
        .isEqualTo(13_500_000);
    assertThat(seen)
        .extracting(frame -> frame.getPtsMicros() + " " + frame.getImage().hashCode())
        .as("pictures of what moves, as of a camera that is never idle")
        .isEqualTo(
            moving.stream()
                .map(frame -> frame.getPtsMicros() + " " + frame.getImage().hashCode())
                .toList());
  }

  private static GateConfig gate(Optional<Duration> idleAfter) {
    return new GateConfig(
        20, 0.003, Duration.ofSeconds(1), Duration.ofMinutes(1), 0.95, idleAfter, List.of());
  }

  private void play(Path clip, Optional<GateConfig> gate) {
    play(clip, DecodeMode.LAZY, gate, topics);
  }

  private static void play(Path clip, DecodeMode mode, Optional<GateConfig> gate, Topics topics) {
    CameraConfig camera = Clips.camera("gate", clip.toString(), mode, gate);
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
