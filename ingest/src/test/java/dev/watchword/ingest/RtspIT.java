package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import dev.watchword.ingest.CameraConfig.Transport;
import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.CameraState;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.service.LoopThread;
import dev.watchword.simulator.Fault;
import dev.watchword.simulator.RtspCredentials;
import dev.watchword.simulator.RtspServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class RtspIT {
  private static final long SECOND = 1_000_000_000L;

  /** Quick to notice a fault, so that tests are short. */
  private static final Duration TIMEOUT = Duration.ofMillis(1200);

  @TempDir static Path directory;
  private static Path clip;

  private final Topics topics = new Topics(true);
  private final List<Throwable> bugs = new CopyOnWriteArrayList<>();
  private RtspServer server;

  @BeforeAll
  static void draw() throws IOException {
    clip = Clips.drawn(directory, 320, 240, 10, 3);
  }

  @BeforeEach
  void serve() throws IOException {
    server = new RtspServer(0);
    server.mount("gate", clip);
    server.mount("vault", clip, new RtspCredentials("guard", "s3cret"));
  }

  @AfterEach
  void shut() throws IOException {
    server.close();
  }

  @ParameterizedTest
  @Execution(CONCURRENT)
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LISTEN")
  void readsACameraOver(Transport transport) {
    CameraSupervisor supervisor = supervisor(camera(server.url("gate"), transport, 5));
    stepUntil(supervisor, () -> topics.frames().size() == 12);
    supervisor.close();

    assertThat(topics.states()).containsExactly("CONNECTING NONE", "LIVE NONE", "STOPPED NONE");
    assertThat(topics.unaccounted("gate")).isZero();
    List<SampledFrame> frames = topics.frames();
    for (int i = 1; i < frames.size(); i++) {
      long step = frames.get(i).getPtsMicros() - frames.get(i - 1).getPtsMicros();
      assertThat(step).as("frame %d", i).isBetween(100_000L, 300_000L);
      assertThat(frames.get(i).getCapturedAt()).isAfterOrEqualTo(frames.get(i - 1).getCapturedAt());
    }
    SampledFrame last = frames.get(11);
    assertThat(last.getClock()).isEqualTo(CaptureClock.RTCP);
    assertThat(Duration.between(last.getCapturedAt(), last.getArrivedAt()).toMillis())
        .isBetween(-500L, 2000L);
    assertThat(last.getSourceWidth()).isEqualTo(320);
    assertThat(last.getImageWidth()).isEqualTo(320);
  }

  @Test
  @Execution(CONCURRENT)
  void logsInWithThePasswordOfTheUrl() {
    String url = server.url("vault").replace("rtsp://", "rtsp://guard:s3cret@");

    assertThat(probe(url).ok()).isTrue();
    assertThat(probe(url).sentence()).isEqualTo(server.url("vault") + " gives 320x240 h264");
  }

  @Test
  @Execution(CONCURRENT)
  void saysThatThePasswordIsWrong() {
    CameraProbe.Probe probe = probe(server.url("vault").replace("rtsp://", "rtsp://guard:wr0ng@"));

    assertThat(probe.cause()).isEqualTo(CameraCause.AUTH_FAILED);
    assertThat(probe.sentence())
        .isEqualTo(server.url("vault") + " refuses the log-in; check user and password in its url");
    assertThat(probe(server.url("vault")).cause()).isEqualTo(CameraCause.AUTH_FAILED);
  }

  @Test
  @Execution(CONCURRENT)
  void saysThatThereIsNoSuchStream() {
    assertThat(probe(server.url("gate") + "2").cause()).isEqualTo(CameraCause.NOT_FOUND);
  }

  @Test
  @Execution(CONCURRENT)
  void saysThatNothingListens() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    assertThat(probe("rtsp://127.0.0.1:" + port + "/gate").cause()).isEqualTo(CameraCause.REFUSED);
  }

  @Test
  @Execution(CONCURRENT)
  void saysThatACameraDoesNotAnswer() {
    server.fault("gate", Fault.MUTE);
    long start = System.nanoTime();

    assertThat(probe(server.url("gate")).cause()).isEqualTo(CameraCause.TIMEOUT);
    assertThat(System.nanoTime() - start).isBetween(SECOND, 3 * SECOND);
  }

  @ParameterizedTest
  @Execution(CONCURRENT)
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LISTEN")
  void comesBackAfterAStall(Transport transport) {
    CameraSupervisor supervisor = supervisor(camera(server.url("gate"), transport, 2));
    stepUntil(supervisor, () -> topics.frames().size() == 2);
    server.fault("gate", Fault.STALL);
    long start = System.nanoTime();
    stepUntil(supervisor, () -> supervisor.state() == CameraState.WAITING);
    assertThat(System.nanoTime() - start).isLessThan(3 * SECOND);
    server.fault("gate", Fault.NONE);
    int before = topics.frames().size();
    stepUntil(supervisor, () -> topics.frames().size() == before + 2);
    supervisor.close();

    assertThat(topics.states())
        .startsWith("CONNECTING NONE", "LIVE NONE", "WAITING STALLED")
        .endsWith("LIVE NONE", "STOPPED NONE");
    assertThat(topics.unaccounted("gate")).isZero();
  }

  @Test
  @Execution(CONCURRENT)
  void comesBackWhenTheServerDoes() throws IOException {
    int port = server.port();
    CameraSupervisor supervisor = supervisor(camera(server.url("gate"), Transport.TCP, 2));
    stepUntil(supervisor, () -> supervisor.state() == CameraState.LIVE);
    server.close();
    stepUntil(supervisor, () -> topics.states().contains("WAITING REFUSED"));
    server = new RtspServer(port);
    server.mount("gate", clip);
    stepUntil(supervisor, () -> supervisor.state() == CameraState.LIVE);
    supervisor.close();
  }

  @Test
  @Execution(CONCURRENT)
  void dropsDamagedFramesWhenPacketsAreLost() {
    server.fault("gate", Fault.PACKET_LOSS);
    CameraSupervisor supervisor = supervisor(camera(server.url("gate"), Transport.UDP, 10));
    stepUntil(supervisor, () -> topics.dropped("gate", DropReason.DAMAGED) >= 5);
    supervisor.close();

    assertThat(topics.unaccounted("gate")).isZero();
  }

  /** More cameras than JavaCPP keeps callbacks of a type. */
  @Test
  @Execution(CONCURRENT)
  void twelveCamerasKeepTheirDeadlinesAndStopTogether() throws IOException {
    List<CameraSupervisor> supervisors = new ArrayList<>();
    List<LoopThread> threads = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String name = "cam" + i;
      server.mount(name, clip);
      CameraSupervisor supervisor =
          supervisor(camera(name, server.url(name), Transport.TCP, 2, TIMEOUT));
      supervisors.add(supervisor);
      threads.add(new LoopThread("camera-" + name, supervisor, bugs::add).start());
    }
    Watch.await(() -> supervisors.stream().allMatch(s -> s.state() == CameraState.LIVE));
    for (int i = 0; i < 12; i++) {
      server.fault("cam" + i, Fault.STALL);
    }
    long stalled = System.nanoTime();
    Watch.await(() -> supervisors.stream().allMatch(s -> s.state() == CameraState.WAITING));
    assertThat(System.nanoTime() - stalled).isLessThan(4 * SECOND);
    for (int i = 0; i < 12; i++) {
      server.fault("cam" + i, Fault.NONE);
    }
    Watch.await(() -> supervisors.stream().allMatch(s -> s.state() == CameraState.LIVE));

    long stop = System.nanoTime();
    threads.forEach(LoopThread::stop);
    threads.forEach(LoopThread::close);
    assertThat(System.nanoTime() - stop).isLessThan(2 * SECOND);
    assertThat(threads).noneMatch(LoopThread::isAlive);
    assertThat(bugs).isEmpty();
  }

  @ParameterizedTest
  @Execution(CONCURRENT)
  @EnumSource(names = {"MUTE", "STALL"})
  void stopsWhileBlocked(Fault fault) {
    CameraSupervisor supervisor =
        supervisor(camera("gate", server.url("gate"), Transport.TCP, 2, Duration.ofMinutes(1)));
    LoopThread thread = new LoopThread("camera-gate", supervisor, bugs::add);
    if (fault == Fault.MUTE) {
      server.fault("gate", fault);
      thread.start();
      Watch.await(() -> server.clients() == 1);
    } else {
      thread.start();
      Watch.await(() -> supervisor.state() == CameraState.LIVE);
      server.fault("gate", fault);
    }
    long stop = System.nanoTime();
    thread.close();

    assertThat(System.nanoTime() - stop).isLessThan(2 * SECOND);
    assertThat(thread.isAlive()).isFalse();
    assertThat(topics.states()).last().isEqualTo("STOPPED NONE");
    assertThat(bugs).isEmpty();
  }

  private static CameraConfig camera(String url, Transport transport, double rate) {
    return camera("gate", url, transport, rate, TIMEOUT);
  }

  private static CameraConfig camera(
      String id, String url, Transport transport, double rate, Duration timeout) {
    return Clips.camera(id, url)
        .withTransport(transport)
        .withSamplesPerSecond(rate)
        .withTimeouts(timeout);
  }

  private static CameraProbe.Probe probe(String url) {
    return CameraProbe.probe(camera(url, Transport.TCP, 2));
  }

  private CameraSupervisor supervisor(CameraConfig camera) {
    return new CameraSupervisor(
        camera,
        FfmpegSource.opener(Clock.systemUTC(), Pause.real()),
        topics.publisher,
        topics.metrics.camera(camera.id()),
        Clock.systemUTC(),
        Pause.real(),
        new SplittableRandom(1));
  }

  private static void stepUntil(CameraSupervisor supervisor, BooleanSupplier condition) {
    long end = System.nanoTime() + 20 * SECOND;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      supervisor.step();
    }
  }
}
