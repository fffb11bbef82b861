package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.CameraState;
import dev.watchword.service.LoopThread;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A camera that is watched for real, on its own thread, until the test has seen enough. */
final class Watch implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  final Topics topics;
  final CameraSupervisor supervisor;
  private final CameraConfig camera;
  private final LoopThread thread;
  private final List<Throwable> bugs = new CopyOnWriteArrayList<>();

  Watch(CameraConfig camera) {
    this(camera, new Topics(true));
  }

  Watch(CameraConfig camera, Topics topics) {
    this.camera = camera;
    this.topics = topics;
    supervisor =
        new CameraSupervisor(
            camera,
            FfmpegSource.opener(Clock.systemUTC(), Pause.real()),
            topics.publisher,
            topics.metrics.camera(camera.id()),
            Clock.systemUTC(),
            Pause.real(),
            new SplittableRandom(1));
    thread = new LoopThread("camera-" + camera.id(), supervisor, bugs::add).start();
  }

  /** A camera called gate that is quick to notice faults. */
  static CameraConfig quick(String url) {
    return quick("gate", url);
  }

  static CameraConfig quick(String id, String url) {
    return Clips.camera(id, url).withSamplesPerSecond(25).withTimeouts(Duration.ofMillis(1000));
  }

  Watch awaitLive() {
    await(() -> supervisor.state() == CameraState.LIVE);
    return this;
  }

  Watch awaitFrames(int more) {
    int before = topics.frames().size();
    await(() -> topics.frames().size() >= before + more);
    return this;
  }

  /** Waits for a state and cause, such as {@code WAITING STALLED}; returns the seconds it took. */
  double awaitState(String state) {
    long start = System.nanoTime();
    await(() -> state().equals(state));
    return (System.nanoTime() - start) / 1e9;
  }

  /** State and cause as last told, empty before the first. */
  String state() {
    List<String> states = topics.states();
    return states.isEmpty() ? "" : states.getLast();
  }

  static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      LockSupport.parkNanos(5_000_000);
    }
  }

  /** Stops the camera and returns the seconds that it took. */
  double stop() {
    long start = System.nanoTime();
    thread.close();
    double seconds = (System.nanoTime() - start) / 1e9;
    assertThat(thread.isAlive()).as("alive after the stop").isFalse();
    assertThat(bugs).isEmpty();
    return seconds;
  }

  @Override
  public void close() {
    stop();
    assertThat(topics.unaccounted(camera.id())).as("unaccounted frames").isZero();
  }
}
