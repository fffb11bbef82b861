package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.SampledFrame;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileIT {
  @TempDir static Path directory;
  private static Path clip;

  private final Topics topics = new Topics(true);

  @BeforeAll
  static void draw() throws IOException {
    clip = Clips.drawn(directory, 960, 540, 10, 4);
  }

  @Test
  void publishesTwoFramesOfEachSecondAndEnds() throws Exception {
    play(Clips.camera("gate", clip.toString()));

    assertThat(topics.states()).containsExactly("CONNECTING NONE", "LIVE NONE", "ENDED ENDED");
    assertThat(topics.count("frames_captured_total", "gate")).isEqualTo(40);
    assertThat(topics.unaccounted("gate")).isZero();
    List<SampledFrame> frames = topics.frames();
    assertThat(frames).hasSize(8);
    for (int i = 0; i < frames.size(); i++) {
      SampledFrame frame = frames.get(i);
      assertThat(frame.getId().getSequence()).isEqualTo(i);
      assertThat(frame.getPtsMicros()).isEqualTo(i * 500_000L);
      assertThat(frame.getClock()).isEqualTo(CaptureClock.CONTAINER);
      assertThat(frame.getSourceWidth()).isEqualTo(960);
      assertThat(frame.getCodec()).isEqualTo("h264");
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(frame.getImage().array()));
      assertThat(image.getWidth()).isEqualTo(640).isEqualTo(frame.getImageWidth());
      assertThat(image.getHeight()).isEqualTo(360).isEqualTo(frame.getImageHeight());
    }
    assertThat(frames.get(2).getCapturedAt())
        .isEqualTo(frames.get(0).getCapturedAt().plusSeconds(1));
  }

  @Test
  void readsRealSurveillanceVideo() throws Exception {
    play(Clips.camera("yard", Clips.surveillance().toString()));

    assertThat(topics.count("frames_captured_total", "yard")).isEqualTo(795);
    assertThat(topics.frames()).hasSize(159);
    assertThat(topics.frames().get(0).getImageWidth()).isEqualTo(640);
    assertThat(topics.frames().get(0).getImageHeight()).isEqualTo(480);
    assertThat(topics.unaccounted("yard")).isZero();
  }

  @Test
  void saysThatAFileIsMissing() {
    CameraProbe.Probe probe = CameraProbe.probe(Clips.camera("gate", directory + "/none.mp4"));

    assertThat(probe.ok()).isFalse();
    assertThat(probe.cause()).isEqualTo(CameraCause.NOT_FOUND);
    assertThat(probe.sentence()).isEqualTo("there is no file " + directory + "/none.mp4");
  }

  @Test
  void saysThatAFileIsNoVideo() throws Exception {
    Path text = Files.writeString(directory.resolve("notes.mp4"), "not a video ".repeat(500));

    CameraProbe.Probe probe = CameraProbe.probe(Clips.camera("gate", text.toString()));

    assertThat(probe.ok()).isFalse();
    assertThat(probe.sentence())
        .isEqualTo("file " + text + " is damaged or not a video that FFmpeg can read");
  }

  @Test
  void saysThatATruncatedFileIsDamaged() throws Exception {
    byte[] whole = Files.readAllBytes(clip);
    Path half = directory.resolve("half.mp4");
    Files.write(half, java.util.Arrays.copyOf(whole, whole.length / 2));

    CameraProbe.Probe probe = CameraProbe.probe(Clips.camera("gate", half.toString()));

    assertThat(probe.ok()).isFalse();
    assertThat(probe.sentence()).contains("half.mp4 is damaged");
  }

  @Test
  void describesAWorkingFile() {
    CameraProbe.Probe probe = CameraProbe.probe(Clips.camera("gate", clip.toString()));

    assertThat(probe.ok()).isTrue();
    assertThat(probe.width()).isEqualTo(960);
    assertThat(probe.height()).isEqualTo(540);
    assertThat(probe.codec()).isEqualTo("h264");
  }

  @Test
  void playsAFileAtItsOwnPace() throws Exception {
    long start = System.nanoTime();
    StopSignal stop = new StopSignal();
    try (FrameSource source =
        FfmpegSource.opener(Clock.systemUTC(), Pause.real())
            .open(Clips.camera("gate", clip.toString()), stop)) {
      for (int i = 0; i <= 10; i++) {
        source.next();
      }
    }
    assertThat((System.nanoTime() - start) / 1_000_000).isBetween(990L, 5000L);
  }

  /** Plays a file without waiting, to its end. */
  private void play(CameraConfig camera) {
    Pause none = (time, stop) -> {};
    CameraSupervisor supervisor =
        new CameraSupervisor(
            camera,
            FfmpegSource.opener(Clock.systemUTC(), none),
            topics.publisher,
            topics.metrics.camera(camera.id()),
            Clock.systemUTC(),
            none,
            new SplittableRandom(1));
    try (supervisor) {
      for (int i = 0;
          i < 2000 && supervisor.state() != dev.watchword.schemas.CameraState.ENDED;
          i++) {
        supervisor.step();
      }
    }
  }
}
