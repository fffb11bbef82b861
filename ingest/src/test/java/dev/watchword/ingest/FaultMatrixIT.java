package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import dev.watchword.ingest.CameraConfig.Transport;
import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.simulator.BlackHole;
import dev.watchword.simulator.CameraClock;
import dev.watchword.simulator.EncodedClip;
import dev.watchword.simulator.Fault;
import dev.watchword.simulator.RtspCredentials;
import dev.watchword.simulator.RtspServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever a camera does: its cause is told, others go on, and it is live again when it can be. */
class FaultMatrixIT {
  /** Timeouts are 1 s; FFmpeg may need two of them, and the machine may be busy. */
  private static final double NOTICED = 4;

  private static final double STOPPED = 2;

  @TempDir static Path directory;
  private static Path clip;

  private RtspServer server;

  @BeforeAll
  static void draw() throws IOException {
    clip = Clips.drawn(directory, 160, 120, 12, 4);
  }

  @BeforeEach
  void serve() throws IOException {
    server = new RtspServer(0);
    server.mount("gate", clip);
  }

  @AfterEach
  void shut() throws IOException {
    server.close();
  }

  private Watch watch() {
    return new Watch(Watch.quick(server.url("gate")));
  }

  @Test
  @Execution(CONCURRENT)
  void killed() {
    try (Watch watch = watch().awaitLive()) {
      server.fault("gate", Fault.CLOSE);
      Watch.await(() -> watch.state().startsWith("WAITING"));
      server.fault("gate", Fault.NONE);
      watch.awaitState("LIVE NONE");
    }
  }

  @ParameterizedTest
  @Execution(CONCURRENT)
  @EnumSource(names = {"TCP", "UDP"})
  void frozen(Transport transport) {
    try (Watch watch = new Watch(Watch.quick(server.url("gate")).withTransport(transport))) {
      watch.awaitLive();
      server.fault("gate", Fault.FREEZE);
      assertThat(watch.awaitState("WAITING STALLED")).isLessThan(NOTICED);
      watch.awaitState("WAITING TIMEOUT");
      server.fault("gate", Fault.NONE);
      watch.awaitState("LIVE NONE");
    }
  }

  @Test
  @Execution(CONCURRENT)
  void halfOpen() {
    try (Watch watch = watch().awaitLive()) {
      server.abandonClients();
      assertThat(watch.awaitState("WAITING STALLED")).isLessThan(NOTICED);
      watch.awaitState("LIVE NONE");
    }
  }

  @Test
  @Execution(CONCURRENT)
  void mute() {
    server.fault("gate", Fault.MUTE);
    try (Watch watch = watch()) {
      assertThat(watch.awaitState("WAITING TIMEOUT")).isLessThan(NOTICED);
      server.fault("gate", Fault.NONE);
      watch.awaitState("LIVE NONE");
    }
  }

  @Test
  @Execution(CONCURRENT)
  void behindABlackHole() throws IOException {
    try (BlackHole hole = new BlackHole();
        Watch watch = new Watch(Watch.quick("rtsp://127.0.0.1:" + hole.port() + "/gate"))) {
      assertThat(watch.awaitState("WAITING TIMEOUT")).isLessThan(NOTICED);
    }
  }

  @Test
  @Execution(CONCURRENT)
  void stopsInsideABlackHole() throws IOException {
    try (BlackHole hole = new BlackHole();
        Watch watch =
            new Watch(
                Watch.quick("rtsp://127.0.0.1:" + hole.port() + "/gate")
                    .withTimeouts(Duration.ofMinutes(1)))) {
      Watch.await(() -> !watch.topics.states().isEmpty());
      assertThat(watch.stop()).isLessThan(STOPPED);
    }
  }

  @Test
  @Execution(CONCURRENT)
  void talkingGarbage() {
    server.fault("gate", Fault.GARBAGE);
    try (Watch watch = watch()) {
      Watch.await(() -> watch.state().startsWith("WAITING"));
      server.fault("gate", Fault.NONE);
      watch.awaitState("LIVE NONE");
      server.fault("gate", Fault.GARBAGE);
      Watch.await(() -> watch.state().startsWith("WAITING"));
      server.fault("gate", Fault.NONE);
      watch.awaitState("LIVE NONE");
    }
  }

  @ParameterizedTest
  @Execution(CONCURRENT)
  @EnumSource
  void wrongPassword(RtspCredentials.Login login) {
    server.credentials("gate", new RtspCredentials("guard", "n3w", login));
    String url = server.url("gate").replace("//", "//guard:s3cret@");
    try (Watch watch = new Watch(Watch.quick(url))) {
      watch.awaitState("WAITING AUTH_FAILED");
      server.credentials("gate", new RtspCredentials("guard", "s3cret", login));
      watch.awaitState("LIVE NONE");
    }
  }

  @ParameterizedTest
  @Execution(CONCURRENT)
  @EnumSource
  void goingOverToAnotherCodecOrSize(EncodedClip other) throws IOException {
    try (Watch watch = watch().awaitLive().awaitFrames(3)) {
      server.play("gate", other.in(directory));
      Watch.await(() -> watch.topics.frames().getLast().getSourceWidth() == 480);
      watch.awaitFrames(5);
      assertThat(watch.topics.statuses())
          .extracting(CameraStatus::getSourceWidth)
          .contains(160, 480);
      SampledFrame last = watch.topics.frames().getLast();
      assertThat(last.getCodec())
          .isEqualTo(
              switch (other) {
                case H265, H265_WITH_B_FRAMES -> "hevc";
                case H264_WITH_B_FRAMES -> "h264";
                case MOTION_JPEG -> "mjpeg";
              });
    }
  }

  @ParameterizedTest
  @Execution(CONCURRENT)
  @EnumSource
  void eachCodecWithItsFramesInOrder(EncodedClip encoded) throws IOException {
    server.mount("other", encoded.in(directory));
    try (Watch watch = new Watch(Watch.quick(server.url("other")))) {
      watch.awaitLive().awaitFrames(10);
      List<Long> times =
          watch.topics.frames().stream().map(SampledFrame::getPtsMicros).limit(10).toList();
      assertThat(times).isSorted().doesNotHaveDuplicates();
      assertThat(times.get(9) - times.get(0)).isBetween(749_000L, 1_100_000L);
    }
  }

  @ParameterizedTest
  @Execution(CONCURRENT)
  @EnumSource
  void noPictureIsHeldBackForEverWhenItStalls(EncodedClip encoded) throws IOException {
    server.mount("other", encoded.in(directory));
    try (Watch watch = new Watch(Watch.quick(server.url("other")))) {
      watch.awaitLive().awaitFrames(20);
      server.fault("other", Fault.STALL);
      watch.awaitState("WAITING STALLED");
      assertThat(watch.topics.count("frames_captured_total", "gate"))
          .as("captured of what was sent")
          .isEqualTo(server.framesSent("other"));
    }
  }

  @ParameterizedTest
  @Execution(CONCURRENT)
  @EnumSource
  void theCamerasClockIsThatOfTheFrameItself(EncodedClip encoded) throws IOException {
    server.mount("other", encoded.in(directory));
    try (Watch watch = new Watch(Watch.quick(server.url("other")))) {
      watch.awaitLive();
      Watch.await(() -> timedByTheCamera(watch).size() > 30);
      List<SampledFrame> frames = timedByTheCamera(watch);
      SampledFrame first = frames.getFirst();
      for (SampledFrame frame : frames) {
        assertThat(ChronoUnit.MICROS.between(first.getCapturedAt(), frame.getCapturedAt()))
            .as("since the first, by capture and by the stream")
            .isCloseTo(frame.getPtsMicros() - first.getPtsMicros(), within(5_000L));
      }
      if (encoded == EncodedClip.H264_WITH_B_FRAMES || encoded == EncodedClip.H265_WITH_B_FRAMES) {
        // The simulator sends what others refer to before its time has come.
        return;
      }
      // A frame is sent when its time has come; all but a JPEG are known to be complete when the
      // next comes, 1/12 s later.
      long least =
          frames.stream()
              .mapToLong(
                  frame -> ChronoUnit.MILLIS.between(frame.getCapturedAt(), frame.getArrivedAt()))
              .min()
              .orElseThrow();
      assertThat(least).isBetween(encoded == EncodedClip.MOTION_JPEG ? -5L : 78L, 400L);
    }
  }

  /**
   * From the first on that tells its own time: before it there may be some that have the time of a
   * late arrival, for times never run backwards.
   */
  private static List<SampledFrame> timedByTheCamera(Watch watch) {
    List<SampledFrame> frames = watch.topics.frames();
    int first = 0;
    Instant before = Instant.MIN;
    while (first < frames.size()
        && (frames.get(first).getClock() != CaptureClock.RTCP
            || frames.get(first).getCapturedAt().equals(before))) {
      before = frames.get(first).getCapturedAt();
      first++;
    }
    return frames.stream()
        .skip(first)
        .filter(frame -> frame.getClock() == CaptureClock.RTCP)
        .toList();
  }

  @Test
  @Execution(CONCURRENT)
  void jumpingInItsOwnTime() {
    try (Watch watch = watch().awaitLive().awaitFrames(3)) {
      CameraClock clock = server.clock("gate");
      clock.jump(Duration.ofHours(1));
      watch.awaitFrames(5);
      clock.jump(Duration.ofSeconds(-10));
      watch.awaitFrames(5);
      clock.restartAt(0);
      watch.awaitFrames(5);
      clock.restartAt((1L << 32) - 20_000);
      watch.awaitFrames(6);
      clock.stand(true);
      watch.awaitFrames(1);
      clock.stand(false);
      watch.awaitFrames(3);

      List<SampledFrame> frames = watch.topics.frames();
      assertThat(frames).extracting(SampledFrame::getCapturedAt).isSorted();
      assertThat(frames)
          .allSatisfy(
              frame ->
                  assertThat(Duration.between(frame.getCapturedAt(), frame.getArrivedAt()))
                      .isBetween(Duration.ofMillis(-200), Duration.ofMillis(1500)));
      assertThat(frames.getLast().getEpoch()).isBetween(3, 5);
      assertThat(watch.topics.states()).containsExactly("CONNECTING NONE", "LIVE NONE");
    }
  }

  @Test
  @Execution(CONCURRENT)
  void withAClockThatLies() {
    server.clock("gate").wallOffset(Duration.ofDays(-400));
    try (Watch watch = watch().awaitLive().awaitFrames(5)) {
      assertThat(watch.topics.statuses().getLast().getClock()).isEqualTo(CaptureClock.ARRIVAL);
      assertThat(watch.topics.count("clock_error_seconds", "gate")).isBetween(0.0, 1.0);
      assertThat(watch.topics.frames())
          .allSatisfy(
              frame -> {
                assertThat(frame.getClock()).isEqualTo(CaptureClock.ARRIVAL);
                assertThat(Duration.between(frame.getCapturedAt(), frame.getArrivedAt()))
                    .isLessThan(Duration.ofSeconds(1));
              });
    }
  }

  @Test
  @Execution(CONCURRENT)
  void oneDeadCameraAmongMany() throws IOException {
    List<Watch> watches = new ArrayList<>();
    server.mount("dead", clip);
    server.fault("dead", Fault.FREEZE);
    for (int i = 0; i < 5; i++) {
      server.mount("cam" + i, clip);
      watches.add(new Watch(Watch.quick(server.url("cam" + i))).awaitLive());
    }
    try (Watch dead = new Watch(Watch.quick(server.url("dead")))) {
      dead.awaitState("WAITING TIMEOUT");
      List<Integer> before = watches.stream().map(watch -> watch.topics.frames().size()).toList();
      long start = System.nanoTime();
      Watch.await(() -> System.nanoTime() - start > 3_000_000_000L);
      for (int i = 0; i < 5; i++) {
        assertThat(watches.get(i).topics.frames().size() - before.get(i))
            .as("frames of camera %d in 3 s", i)
            .isBetween(30, 42);
        assertThat(watches.get(i).topics.states()).containsExactly("CONNECTING NONE", "LIVE NONE");
      }
    }
    watches.forEach(Watch::close);
  }

  @Test
  @Execution(CONCURRENT)
  void oneLogLineForEachChangeOfAnOutageAndNoMore() {
    try (LogLines lines = new LogLines()) {
      server.fault("gate", Fault.CLOSE);
      try (Watch watch = new Watch(Watch.quick("alone", server.url("gate")))) {
        Watch.await(() -> server.clientsAccepted() >= 5);
        server.fault("gate", Fault.NONE);
        watch.awaitState("LIVE NONE");
      }
      // Cameras of methods beside this one, all called gate, tell of theirs.
      List<String> states =
          lines.states().stream().filter(line -> line.contains("camera=\"alone\"")).toList();
      assertThat(states).hasSize(4);
      assertThat(states.get(0)).contains("camera connecting");
      assertThat(states.get(1)).contains("camera away, trying again");
      assertThat(states.get(2)).contains("camera live");
      assertThat(states.get(3)).contains("camera stopped");
    }
  }
}
