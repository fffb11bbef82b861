package dev.watchword.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.watchword.simulator.StreamReader.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RtspServerIT {
  /**
   * Microseconds. Over UDP the first sender report may overtake the first packet; the receiver then
   * counts from the report, and all its times are late or early by the same few milliseconds.
   */
  private static final long UDP_SHIFT = 20_000;

  private static final int FRAMES = 24;
  private static final double FRAMES_PER_SECOND = 24;

  @TempDir static Path directory;
  private static Path clip;

  private RtspServer server;

  @BeforeAll
  static void drawClip() throws IOException {
    clip =
        SceneClip.cached(
            directory, new DrawnScene(Setting.STREET, 5, 160, 120, FRAMES_PER_SECOND, FRAMES));
  }

  @BeforeEach
  void start() throws IOException {
    server = new RtspServer(0);
    server.mount("yard", clip);
    server.mount("fast", clip, null, RtspServer.BURST);
    server.mount("gate", clip, new RtspCredentials("guard", "s3cret:/@"));
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("rtsp-play-") || name.startsWith("rtsp-client-"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "udp"})
  void playsTheClipFromItsFirstFrame(String transport) throws IOException {
    List<Picture> clipped;
    try (StreamReader file = new StreamReader(clip.toString(), 10)) {
      clipped = file.next(8);
    }
    try (StreamReader reader =
        new StreamReader(server.url("yard"), 20, "rtsp_transport", transport)) {
      assertThat(reader.extradataSize())
          .as("parameter sets from the session description")
          .isPositive();
      List<Picture> pictures = reader.next(8);
      long tolerance = transport.equals("udp") ? UDP_SHIFT : 12;
      for (int i = 0; i < 8; i++) {
        assertThat(pictures.get(i).ptsMicros())
            .isCloseTo(clipped.get(i).ptsMicros(), within(tolerance));
        assertThat(pictures.get(i).luma()).isEqualTo(clipped.get(i).luma());
        assertThat(pictures.get(i).width()).isEqualTo(160);
      }
    }
  }

  @Test
  void tellsTheWallClockOfEachFrame() throws IOException {
    long before = System.currentTimeMillis() * 1000;
    try (StreamReader reader = StreamReader.tcp(server.url("yard"))) {
      List<Picture> pictures = reader.next(6);
      Picture last = pictures.get(5);
      long after = System.currentTimeMillis() * 1000;
      assertThat(last.wallClockMicros() - last.ptsMicros())
          .as("when frame 0 was taken")
          .isBetween(before - 20_000, after);
      long step = last.wallClockMicros() - pictures.get(4).wallClockMicros();
      assertThat(step).isCloseTo((long) (1e6 / FRAMES_PER_SECOND), within(2000L));
    }
  }

  @Test
  void goesOnAcrossTheSeamWithoutAJumpInTime() throws IOException {
    try (StreamReader reader = StreamReader.tcp(server.url("fast"))) {
      List<Picture> pictures = reader.next(3 * FRAMES);
      for (int i = 0; i < pictures.size(); i++) {
        assertThat(pictures.get(i).ptsMicros())
            .isCloseTo(Math.round(i * 1e6 / FRAMES_PER_SECOND), within(12L));
        assertThat(pictures.get(i).luma()).isEqualTo(pictures.get(i % FRAMES).luma());
      }
    }
  }

  @Test
  void keepsRealTime() throws IOException {
    long started = System.nanoTime();
    try (StreamReader reader = StreamReader.tcp(server.url("yard"))) {
      reader.next(36);
    }
    assertThat((System.nanoTime() - started) / 1e9).isGreaterThan(35 / FRAMES_PER_SECOND);
  }

  @Test
  void letsInOnlyThoseWhoKnowThePassword() throws IOException {
    String address = server.url("gate");
    try (StreamReader reader =
        StreamReader.tcp(address.replace("//", "//guard:s3cret%3A%2F%40@"))) {
      assertThat(reader.next(2)).hasSize(2);
    }
    assertThatThrownBy(() -> StreamReader.tcp(address)).hasMessageContaining("401");
    assertThatThrownBy(() -> StreamReader.tcp(address.replace("//", "//guard:wrong@")))
        .hasMessageContaining("401");
    assertThatThrownBy(() -> StreamReader.tcp(server.url("yard") + "x"))
        .hasMessageContaining("404");
  }

  @Test
  void servesTwentyClientsAtOnce() throws Exception {
    ExecutorService readers = Executors.newFixedThreadPool(20);
    try {
      List<Callable<Long>> jobs = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        String transport = i % 4 == 0 ? "udp" : "tcp";
        jobs.add(
            () -> {
              try (StreamReader reader =
                  new StreamReader(server.url("yard"), 40, "rtsp_transport", transport)) {
                return reader.next(30).get(29).ptsMicros();
              }
            });
      }
      for (Future<Long> last : readers.invokeAll(jobs)) {
        assertThat(last.get()).isGreaterThan(1_000_000);
      }
    } finally {
      readers.shutdownNow();
    }
    assertThat(server.clientsAccepted()).isEqualTo(20);
    assertThat(server.framesSent("yard")).isGreaterThanOrEqualTo(20 * 30);
    assertThat(server.framesSent("gate")).isZero();
    until(() -> server.clients() == 0 && server.watching("yard") == 0);
  }

  @Test
  void stallsAndResumesWithAKeyFrameAtTheRightTime() throws IOException {
    try (StreamReader reader = StreamReader.tcp(server.url("yard"))) {
      Picture last = reader.next(6).get(5);
      server.fault("yard", Fault.STALL);
      long stalled = System.nanoTime();
      long sent = server.framesSent("yard");
      until(() -> System.nanoTime() - stalled > 1_300_000_000L);
      assertThat(server.framesSent("yard"))
          .as("one may have been under way")
          .isBetween(sent, sent + 1);
      server.fault("yard", Fault.NONE);
      Picture next = reader.next();
      while (next.ptsMicros() < last.ptsMicros() + 1_000_000) {
        last = next;
        next = reader.next();
      }
      assertThat(next.key()).isTrue();
      assertThat(next.ptsMicros()).as("pts go on with the clip").isCloseTo(2_000_000, within(12L));
    }
  }

  @Test
  void closesConnectionsUntilHealed() throws IOException {
    try (StreamReader reader = StreamReader.tcp(server.url("yard"))) {
      reader.next(2);
      server.fault("yard", Fault.CLOSE);
      assertThatThrownBy(() -> reader.next(1000)).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> StreamReader.tcp(server.url("yard"))).isInstanceOf(IOException.class);
    server.fault("yard", Fault.NONE);
    try (StreamReader reader = StreamReader.tcp(server.url("yard"))) {
      assertThat(reader.next(2)).hasSize(2);
    }
  }

  @Test
  void neverAnswersDescribeWhenMute() {
    server.fault("yard", Fault.MUTE);
    long started = System.nanoTime();
    assertThatThrownBy(() -> new StreamReader(server.url("yard"), 1, "rtsp_transport", "tcp"))
        .isInstanceOf(IOException.class);
    assertThat(System.nanoTime() - started)
        .as("waited until its own deadline")
        .isGreaterThan(1_000_000_000L);
    assertThat(server.framesSent("yard")).isZero();
  }

  @Test
  void losesPacketsOnDemand() throws IOException {
    server.fault("yard", Fault.PACKET_LOSS);
    try (StreamReader reader = new StreamReader(server.url("yard"), 20, "rtsp_transport", "udp")) {
      List<Picture> pictures = reader.next(48);
      assertThat(pictures.get(47).ptsMicros())
          .as("time passes, but not all arrives")
          .isGreaterThan(48 * 1_000_000L / 24);
    }
  }

  @Test
  void dropsPresentClientsOnce() throws IOException {
    try (StreamReader reader = StreamReader.tcp(server.url("yard"));
        StreamReader other = StreamReader.tcp(server.url("fast"))) {
      reader.next(2);
      other.next(2);
      server.dropClients();
      assertThatThrownBy(() -> reader.next(1000)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> other.next(1_000_000)).isInstanceOf(IOException.class);
    }
    try (StreamReader reader = StreamReader.tcp(server.url("yard"))) {
      assertThat(reader.next(2)).hasSize(2);
    }
  }

  @Test
  void freesItsPortForASuccessor() throws IOException {
    int port = server.port();
    assertThatThrownBy(() -> new RtspServer(port)).hasMessageContaining("Port " + port);
    try (StreamReader reader = StreamReader.tcp(server.url("yard"))) {
      reader.next(2);
      server.close();
    }
    try (RtspServer successor = new RtspServer(port)) {
      assertThat(successor.port()).isEqualTo(port);
    }
  }

  @Test
  void refusesClipsWithoutVideo() throws IOException {
    Path text = Files.writeString(directory.resolve("notes.mp4"), "no video at all");
    assertThatThrownBy(() -> server.mount("a", text))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("notes.mp4");
    assertThatThrownBy(() -> server.mount("a", directory.resolve("none.mp4")))
        .hasMessageContaining("There is no clip");
    Path sound = SoundClip.write(directory.resolve("sound.wav"));
    assertThatThrownBy(() -> server.mount("a", sound))
        .hasMessageContaining("has no H.264, H.265 or Motion JPEG video");
    assertThatThrownBy(() -> server.mount("yard", clip)).hasMessageContaining("already");
    assertThatThrownBy(() -> server.mount("../x", clip))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> server.url("nowhere")).hasMessageContaining("yard");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "udp"})
  void playsRealFootage(String transport) throws IOException {
    String given = System.getenv("WATCHWORD_TEST_DATA");
    Path footage = Path.of(given != null ? given : "../../shared/data").resolve("vtest.mp4");
    Assumptions.assumeThat(footage).as("real footage").exists();
    server.mount("real", footage);
    try (StreamReader reader =
        new StreamReader(server.url("real"), 20, "rtsp_transport", transport)) {
      List<Picture> pictures = reader.next(15);
      assertThat(pictures.get(14).width()).isEqualTo(768);
      assertThat(pictures.get(14).ptsMicros()).isCloseTo(1_400_000L, within(UDP_SHIFT));
    }
  }

  private static void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}
