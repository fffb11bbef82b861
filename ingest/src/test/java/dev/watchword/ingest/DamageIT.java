package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.ingest.CameraConfig.Transport;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.simulator.EncodedClip;
import dev.watchword.simulator.Fault;
import dev.watchword.simulator.RtspServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Damage on the way from the camera, over ten thousand pictures in all. */
class DamageIT {
  private static final int PICTURES = 1250;

  @TempDir static Path directory;
  private static Path drawn;

  private final Topics topics = new Topics(true);
  private RtspServer server;

  /** What the camera gave: pictures that are not the clip's own. */
  private final Set<Long> wrong = new HashSet<>();

  private final NoticedDamage noticed = new NoticedDamage();

  @BeforeAll
  static void draw() throws IOException {
    drawn = Clips.drawn(directory, 480, 272, 12, 6);
  }

  @BeforeEach
  void serve() throws IOException {
    server = new RtspServer(0);
  }

  @AfterEach
  void shut() throws IOException {
    server.close();
    noticed.close();
  }

  @ParameterizedTest
  @CsvSource({
    "H264, 0.01, TCP",
    "H264, 0.03, UDP",
    "H265, 0.01, TCP",
    "H265, 0.03, UDP",
    "H264_WITH_B_FRAMES, 0.01, TCP",
    "H264_WITH_B_FRAMES, 0.03, UDP",
    "H265_WITH_B_FRAMES, 0.01, TCP",
    "H265_WITH_B_FRAMES, 0.03, UDP",
  })
  void whenPacketsAreLostAllThatIsPublishedIsWhole(String clip, double rate, Transport transport)
      throws Exception {
    play(clip, Fault.PACKET_LOSS, rate, transport);

    assertThat(wrong).as("pictures that loss has changed").isNotEmpty();
    assertThat(topics.frames())
        .hasSizeGreaterThan(PICTURES / 8)
        .noneMatch(frame -> wrong.contains(frame.getPtsMicros()));
    assertThat(topics.unaccounted("gate")).isZero();
  }

  @ParameterizedTest
  @CsvSource({"H264, 0.02", "H265, 0.05", "H264_WITH_B_FRAMES, 0.02"})
  void whenTheDecoderNoticesFlippedBitsNothingIsPublishedUpToTheNextKeyFrame(
      String clip, double rate) throws Exception {
    play(clip, Fault.BIT_FLIPS, rate, Transport.TCP);

    Set<Long> suspects = noticed.suspects();
    assertThat(suspects).hasSizeGreaterThan(PICTURES / 25);
    assertThat(wrong)
        .as("pictures that flips have changed, in GOPs where the decoder noticed one")
        .containsAnyElementsOf(suspects);
    assertThat(topics.frames())
        .hasSizeGreaterThan(PICTURES / 20)
        .extracting(SampledFrame::getPtsMicros)
        .doesNotContainAnyElementsOf(suspects);
    assertThat(topics.unaccounted("gate")).isZero();
  }

  private void play(String clip, Fault fault, double rate, Transport transport) throws Exception {
    Path file = clip.equals("H264") ? drawn : EncodedClip.valueOf(clip).in(directory);
    Set<Long> own = ownPictures(file);
    server.mount("gate", file, null, transport == Transport.TCP ? RtspServer.BURST : 25);
    server.fault("gate", fault, rate);
    CameraConfig camera =
        Clips.camera("gate", server.url("gate"))
            .withTransport(transport)
            .withSamplesPerSecond(100)
            .withTimeouts(Duration.ofSeconds(5));
    FrameSource source =
        FfmpegSource.opener(Clock.systemUTC(), Pause.real()).open(camera, new StopSignal());
    try (JpegEncoder encoder = new JpegEncoder(64, 3);
        CameraLoop loop =
            new CameraLoop(
                camera,
                "session",
                source,
                encoder,
                topics.publisher,
                topics.metrics.camera("gate"),
                List.of(noticed))) {
      for (int i = 0; i < PICTURES; i++) {
        note(loop.step(), own);
      }
    }
  }

  private void note(Frame frame, Set<Long> own) {
    if (!own.contains(Pictures.checksum(frame.picture()))) {
      wrong.add(frame.ptsMicros());
    }
  }

  private static Set<Long> ownPictures(Path file) throws SourceFailure {
    Set<Long> own = new HashSet<>();
    CameraConfig camera = Clips.camera("file", file.toString());
    try (FrameSource source =
        FfmpegSource.opener(Clock.systemUTC(), (time, stop) -> {}).open(camera, new StopSignal())) {
      while (true) {
        own.add(Pictures.checksum(source.next().picture()));
      }
    } catch (SourceFailure end) {
      return own;
    }
  }
}
