package dev.watchword.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import dev.watchword.simulator.RtspCredentials.Login;
import dev.watchword.simulator.StreamReader.Picture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RtspFaultIT {
  private static final long HOUR = 3_600_000_000L;

  @TempDir static Path directory;
  private static Path clip;

  private RtspServer server;

  @BeforeAll
  static void drawClip() throws IOException {
    clip = SceneClip.cached(directory, new DrawnScene(Setting.STREET, 5, 160, 120, 24, 24));
  }

  @BeforeEach
  void start() throws IOException {
    server = new RtspServer(0);
    server.mount("yard", clip);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @ParameterizedTest
  @Execution(CONCURRENT)
  @EnumSource
  void servesEachEncodedClipPictureByPicture(EncodedClip encoded) throws IOException {
    Path file = encoded.in(directory);
    server.mount("encoded", file, null, RtspServer.BURST);
    try (StreamReader expected = new StreamReader(file.toString(), 10);
        StreamReader reader = StreamReader.tcp(server.url("encoded"))) {
      for (int i = 0; i < 20; i++) {
        Picture there = expected.next();
        Picture here = reader.next();
        assertThat(here.width()).isEqualTo(480);
        assertThat(here.ptsMicros()).isCloseTo(Math.round(i * 1e6 / 12), within(12L));
        // RTP carries JPEG's quantisation in steps of its own (RFC 2435).
        assertThat(difference(here, there))
            .as("picture %d", i)
            .isBetween(0.0, encoded == EncodedClip.MOTION_JPEG ? 1.0 : 0.0);
      }
    }
  }

  private static double difference(Picture a, Picture b) {
    long sum = 0;
    for (int i = 0; i < a.luma().length; i++) {
      sum += Math.abs((a.luma()[i] & 0xff) - (b.luma()[i] & 0xff));
    }
    return (double) sum / a.luma().length;
  }

  private static boolean same(Picture a, Picture b) {
    return Arrays.equals(a.luma(), b.luma());
  }

  @Test
  @Execution(CONCURRENT)
  void frozenItAnswersNothingUntilItThaws() throws IOException {
    try (StreamReader reader = StreamReader.tcp(server.url("yard"))) {
      reader.next(3);
      server.fault("yard", Fault.FREEZE);
      assertThatThrownBy(() -> new StreamReader(server.url("yard"), 0.5, "rtsp_transport", "tcp"))
          .isInstanceOf(IOException.class);
      server.fault("yard", Fault.NONE);
      assertThat(reader.next(3)).hasSize(3);
    }
  }

  @Test
  @Execution(CONCURRENT)
  void anAbandonedClientHearsNothingAndANewOneIsServed() throws IOException {
    try (StreamReader old = StreamReader.tcp(server.url("yard"))) {
      old.next(3);
      server.abandonClients();
      try (StreamReader reader = StreamReader.tcp(server.url("yard"))) {
        assertThat(reader.next(3)).hasSize(3);
      }
      old.deadline(0.3);
      assertThatThrownBy(() -> old.next(1000)).isInstanceOf(IOException.class);
      assertThat(server.clients()).isPositive();
    }
  }

  @Test
  @Execution(CONCURRENT)
  void talksGarbage() throws IOException {
    server.fault("yard", Fault.GARBAGE);
    assertThatThrownBy(() -> new StreamReader(server.url("yard"), 1, "rtsp_transport", "tcp"))
        .isInstanceOf(IOException.class);
    server.fault("yard", Fault.NONE);
    try (StreamReader reader = StreamReader.tcp(server.url("yard"))) {
      reader.next(3);
      server.fault("yard", Fault.GARBAGE);
      reader.deadline(1);
      assertThatThrownBy(() -> reader.next(1000)).isInstanceOf(IOException.class);
    }
    assertThat(server.packetsSpoiled("yard")).isPositive();
  }

  @Test
  @Execution(CONCURRENT)
  void goesOverToAnotherSizeInMidStream() throws IOException {
    try (StreamReader reader = StreamReader.tcp(server.url("yard"))) {
      Picture last = reader.next(5).get(4);
      server.play("yard", EncodedClip.H264_WITH_B_FRAMES.in(directory));
      Picture next = reader.next();
      while (next.width() == 160) {
        last = next;
        next = reader.next();
      }
      assertThat(next.width()).isEqualTo(480);
      assertThat(next.ptsMicros() - last.ptsMicros()).isBetween(30_000L, 400_000L);
    }
  }

  @Test
  @Execution(CONCURRENT)
  void mediaTimeJumpsAndWraps() throws IOException {
    try (StreamReader reader = StreamReader.tcp(server.url("yard"))) {
      long before = reader.next(3).get(2).ptsMicros();
      server.clock("yard").jump(Duration.ofHours(1));
      assertThat(until(reader, before, HOUR / 2)).isCloseTo(HOUR, within(1_000_000L));
      server.clock("yard").jump(Duration.ofHours(-1));
      assertThat(until(reader, HOUR, -HOUR / 2)).isCloseTo(-HOUR, within(1_000_000L));
      server.clock("yard").restartAt((1L << 32) - 9000);
      Picture last = reader.next(4).get(3);
      for (int i = 0; i < 6; i++) {
        Picture next = reader.next();
        assertThat(next.ptsMicros() - last.ptsMicros())
            .as("steps go on through the wrap")
            .isCloseTo(Math.round(1e6 / 24), within(12L));
        last = next;
      }
      server.clock("yard").stand(true);
      reader.next(4);
      assertThat(reader.next().ptsMicros()).isEqualTo(reader.next().ptsMicros());
    }
  }

  /** The step in media time where it jumps by more than {@code least}. */
  private static long until(StreamReader reader, long from, long least) throws IOException {
    long last = from;
    while (true) {
      long next = reader.next().ptsMicros();
      if (least > 0 ? next - last > least : next - last < least) {
        return next - last;
      }
      last = next;
    }
  }

  @Test
  @Execution(CONCURRENT)
  void tellsAWrongWallClock() throws IOException {
    server.clock("yard").wallOffset(Duration.ofDays(-3));
    server.clock("yard").drift(100_000);
    long started = System.currentTimeMillis() * 1000;
    try (StreamReader reader = StreamReader.tcp(server.url("yard"))) {
      List<Picture> pictures = reader.next(25);
      assertThat(pictures.get(1).wallClockMicros() - started)
          .isCloseTo(Duration.ofDays(-3).toMillis() * 1000, within(2_000_000L));
      assertThat(pictures.get(24).ptsMicros() - pictures.get(0).ptsMicros())
          .as("a tenth too fast")
          .isCloseTo(1_100_000L, within(100L));
    }
  }

  @Test
  @Execution(CONCURRENT)
  void turnsBitsThatShowInPictures() throws IOException {
    server.mount("noisy", EncodedClip.H265.in(directory), null, RtspServer.BURST);
    server.fault("noisy", Fault.BIT_FLIPS, 0.5);
    try (StreamReader expected = new StreamReader(EncodedClip.H265.in(directory).toString(), 10);
        StreamReader reader = StreamReader.tcp(server.url("noisy"))) {
      int differ = 0;
      for (int i = 0; i < 20; i++) {
        differ += same(expected.next(), reader.next()) ? 0 : 1;
      }
      assertThat(differ).isPositive();
      assertThat(server.packetsSpoiled("noisy")).isPositive();
    }
  }

  @ParameterizedTest
  @Execution(CONCURRENT)
  @EnumSource
  void wantsThePasswordInItsOwnWay(Login login) throws IOException {
    server.mount("gate", clip, new RtspCredentials("guard", "s3cret", login));
    String address = server.url("gate");
    try (StreamReader reader = StreamReader.tcp(address.replace("//", "//guard:s3cret@"))) {
      assertThat(reader.next(1)).hasSize(1);
    }
    server.credentials("gate", new RtspCredentials("guard", "changed", login));
    assertThatThrownBy(() -> StreamReader.tcp(address.replace("//", "//guard:s3cret@")))
        .hasMessageContaining("401");
  }

  @Test
  @Execution(CONCURRENT)
  void servesOverTls() throws Exception {
    try (RtspServer secure = new RtspServer(0, TlsIdentity.selfSigned(directory).context())) {
      secure.mount("yard", clip);
      assertThat(secure.url("yard")).startsWith("rtsps://");
      try (StreamReader reader = new StreamReader(secure.url("yard"), 20)) {
        assertThat(reader.next(3)).hasSize(3);
      }
    }
  }

  @Test
  @Execution(CONCURRENT)
  void aBlackHoleDoesNotAnswer() throws IOException {
    try (BlackHole hole = new BlackHole();
        Socket socket = new Socket()) {
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), hole.port());
      assertThatThrownBy(() -> socket.connect(address, 300))
          .isInstanceOf(SocketTimeoutException.class);
    }
  }
}
