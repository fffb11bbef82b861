package dev.watchword.console;

import dev.watchword.console.LiveUpdate.Camera;
import dev.watchword.console.LiveUpdate.CameraState;
import dev.watchword.console.LiveUpdate.Overview;
import dev.watchword.console.LiveUpdate.Seen;
import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.Detection;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.SampledFrame;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What the console knows: each camera's recent frames with their boxes, its state and rates, and
 * the latest detections. Everything is bounded. May be used by any thread; updates are handed out
 * under the view's lock, so whoever takes them must not block.
 */
final class LiveView {
  private static final int MOST_DETECTIONS = 2_000;
  private static final int LEAST_SHARES = 16;
  private static final Duration OVERVIEW_INTERVAL = Duration.ofSeconds(1);

  private final Clock clock;
  private final Limits limits;
  private final ConsoleMetrics metrics;
  private final Consumer<LiveUpdate> updates;
  private final Map<String, CameraView> cameras = new TreeMap<>();
  private final Deque<Seen> detections = new ArrayDeque<>();
  private final ArrivalRate detectionRate = new ArrivalRate();
  private Instant lastOverview = Instant.MIN;
  private Optional<String> trouble = Optional.empty();

  /**
   * @param bytes pictures in memory, all cameras together; one camera gets at most a 16th
   * @param leastWait how long a frame waits for its boxes before it is shown without
   * @param mostWait what that time may grow to when the model is slow
   */
  record Limits(
      int cameras, int framesPerCamera, long bytes, Duration leastWait, Duration mostWait) {
    static final Limits DEFAULT =
        new Limits(256, 64, 128L << 20, Duration.ofSeconds(1), Duration.ofSeconds(10));
  }

  /**
   * @param updates told of each change, under the lock
   */
  LiveView(Clock clock, Limits limits, ConsoleMetrics metrics, Consumer<LiveUpdate> updates) {
    this.clock = clock;
    this.limits = limits;
    this.metrics = metrics;
    this.updates = updates;
  }

  synchronized void frame(SampledFrame frame) {
    metrics.frame();
    Optional<CameraView> camera = camera(frame.getId().getCamera());
    if (camera.isEmpty()) {
      metrics.dropped(DropReason.TOO_MANY_CAMERAS);
      return;
    }
    long budget = limits.bytes() / Math.max(LEAST_SHARES, cameras.size());
    camera.get().frame(frame, budget, clock.instant());
  }

  synchronized void answer(FrameDetections answer) {
    metrics.answer();
    if (answer.getShadow()) {
      return;
    }
    Instant now = clock.instant();
    camera(answer.getId().getCamera()).ifPresent(camera -> camera.answer(answer, now));
    for (Detection detection : answer.getDetections()) {
      detectionRate.arrived(micros(now));
      detections.addFirst(seen(answer, detection));
      if (detections.size() > MOST_DETECTIONS) {
        detections.removeLast();
      }
    }
  }

  private static Seen seen(FrameDetections answer, Detection detection) {
    return new Seen(
        answer.getId().getCamera(),
        answer.getId().getSession(),
        answer.getId().getSequence(),
        answer.getCapturedAt().toString(),
        detection.getLabel(),
        PictureHeader.fractions(detection.getBox()),
        detection.getScore(),
        answer.getPromptId());
  }

  synchronized void status(CameraStatus status) {
    camera(status.getCamera())
        .ifPresent(
            camera -> {
              camera.status(status);
              updates.accept(new Camera(camera.state(clock.instant())));
            });
  }

  /** Forgets the camera, because it is no longer configured. */
  synchronized void remove(String camera) {
    if (cameras.remove(camera) != null) {
      updates.accept(overview(clock.instant()));
    }
  }

  /** Says in one sentence why nothing can be read, or, when empty, that all is well again. */
  synchronized void trouble(Optional<String> sentence) {
    if (!trouble.equals(sentence)) {
      trouble = sentence;
      updates.accept(overview(clock.instant()));
    }
  }

  /**
   * Hands out the pictures that are due and, once a second, the overview. Called after each batch
   * of records, so that the answers of several prompts to one frame make one picture.
   */
  synchronized void flush() {
    Instant now = clock.instant();
    cameras.values().forEach(camera -> camera.flush(now));
    if (!now.isBefore(lastOverview.plus(OVERVIEW_INTERVAL))) {
      lastOverview = now;
      updates.accept(overview(now));
    }
  }

  /** Gives all that a new browser needs; no update is handed out until the reader returns. */
  synchronized void whole(Consumer<List<LiveUpdate>> reader) {
    Instant now = clock.instant();
    List<LiveUpdate> all = new ArrayList<>();
    all.add(overview(now));
    cameras.values().forEach(camera -> camera.lastPicture(now).ifPresent(all::add));
    reader.accept(all);
  }

  synchronized List<CameraState> cameras() {
    Instant now = clock.instant();
    return cameras.values().stream().map(camera -> camera.state(now)).toList();
  }

  synchronized boolean knows(String camera) {
    return cameras.containsKey(camera);
  }

  /** The newest picture of the camera, shown or not. */
  synchronized Optional<ByteBuffer> latestJpeg(String camera) {
    return Optional.ofNullable(cameras.get(camera)).flatMap(CameraView::newestJpeg);
  }

  /**
   * The latest detections, newest first.
   *
   * @param camera of all cameras when empty
   */
  synchronized List<Seen> detections(Optional<String> camera, int limit) {
    return detections.stream()
        .filter(seen -> camera.isEmpty() || seen.camera().equals(camera.get()))
        .limit(limit)
        .toList();
  }

  private Overview overview(Instant now) {
    List<CameraState> states = cameras.values().stream().map(camera -> camera.state(now)).toList();
    int live = (int) states.stream().filter(state -> state.state().equals("LIVE")).count();
    double frames = states.stream().mapToDouble(CameraState::framesPerSecond).sum();
    double seen = detectionRate.perSecond(micros(now));
    return new Overview(states, live, rounded(frames), rounded(seen), trouble.orElse(null));
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }

  private Optional<CameraView> camera(String id) {
    CameraView known = cameras.get(id);
    if (known != null || cameras.size() >= limits.cameras()) {
      return Optional.ofNullable(known);
    }
    CameraView added = new CameraView(id, limits, metrics, updates);
    cameras.put(id, added);
    return Optional.of(added);
  }

  static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  static long micros(Duration duration) {
    return duration.toNanos() / 1_000;
  }
}
