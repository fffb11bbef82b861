package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.ingest.CameraConfig.Transport;
import dev.watchword.service.config.Secret;
import dev.watchword.simulator.EncodedClip;
import dev.watchword.simulator.Fault;
import dev.watchword.simulator.RtspServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Damage on the way from the camera: whatever is lost or changed, a picture that is published is
 * one of the clip's own, bit for bit.
 */
class DamageIT {
  @TempDir static Path directory;
  private static Path drawn;

  private RtspServer server;

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
  }

  record Tally(int captured, int clean, int damagedButClean) {}

  @ParameterizedTest
  @CsvSource({
    //"H264, PACKET_LOSS, 0.0, TCP",
    "H264, PACKET_LOSS, 0.01, TCP",
    //"H264, PACKET_LOSS, 0.03, UDP",
    //"H265, PACKET_LOSS, 0.01, TCP",
    //"H265, PACKET_LOSS, 0.03, UDP",
    //"H264_WITH_B_FRAMES, PACKET_LOSS, 0.01, TCP",
    //"H264_WITH_B_FRAMES, PACKET_LOSS, 0.03, UDP",
    //"H265_WITH_B_FRAMES, PACKET_LOSS, 0.01, TCP",
    //"H265_WITH_B_FRAMES, PACKET_LOSS, 0.03, UDP",
    //"H264, BIT_FLIPS, 0.01, TCP",
    //"H265, BIT_FLIPS, 0.01, TCP",
    //"H264_WITH_B_FRAMES, BIT_FLIPS, 0.01, TCP",
    //"H265_WITH_B_FRAMES, BIT_FLIPS, 0.01, TCP",
  })
  void publishesNoDamagedPicture(String clip, Fault fault, double rate, Transport transport)
      throws Exception {
    Path file = clip.equals("H264") ? drawn : EncodedClip.valueOf(clip).in(directory);
    Set<Long> own = ownPictures(file);
    server.mount("gate", file, null, transport == Transport.TCP ? RtspServer.BURST : 25);
    server.fault("gate", fault, rate);
    Tally tally = play(1500, own, transport);
    System.out.println(clip + " " + fault + " " + rate + " " + transport + " " + tally + " " + server.packetsSpoiled("gate"));
    assertThat(tally.damagedButClean()).isZero();
  }

  private Tally play(int pictures, Set<Long> own, Transport transport) throws SourceFailure {
    CameraConfig camera = camera(server.url("gate"), transport);
    int captured = 0;
    int clean = 0;
    int wrong = 0;
    while (captured < pictures) {
      Damage damage = new Damage();
      try (FrameSource source =
          FfmpegSource.opener(Clock.systemUTC(), Pause.real()).open(camera, new StopSignal())) {
        while (captured < pictures) {
          Frame frame = source.next();
          captured++;
          if (!damage.isDirty(frame.keyFrame(), frame.broken())) {
            clean++;
            if (!own.contains(Pictures.checksum(frame.picture()))) System.out.println("WRONG " + frame.ptsMicros()*12/1e6 + " key " + frame.keyFrame()+" n "+captured);
            wrong += own.contains(Pictures.checksum(frame.picture())) ? 0 : 1;
          }
        }
      } catch (SourceFailure again) {
        System.out.println(again.getMessage());
      }
    }
    return new Tally(captured, clean, wrong);
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

  private static CameraConfig camera(String url, Transport transport) {
    Duration timeout = Duration.ofSeconds(2);
    return new CameraConfig(
        "gate", CameraUrl.of(new Secret(url)), 100, transport, 640, 3, timeout, timeout);
  }
}
