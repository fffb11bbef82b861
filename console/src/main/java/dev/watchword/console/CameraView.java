package dev.watchword.console;

import static java.time.temporal.ChronoUnit.MICROS;

import dev.watchword.console.LiveUpdate.CameraState;
import dev.watchword.console.LiveUpdate.ClockState;
import dev.watchword.console.LiveUpdate.Picture;
import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.SampledFrame;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * One camera's recent frames joined with their answers by {@link FrameId}. Pictures leave in the
 * order of capture: once a frame has been shown, no earlier one is. Used under {@link LiveView}'s
 * lock.
 */
final class CameraView {
  private static final int MOST_EARLY_ANSWERS = 256;
  private static final double WAIT_FACTOR = 1.5;

  /** A camera that is sampled more rarely is given three of its own intervals. */
  static final Duration SILENT_AFTER = Duration.ofSeconds(30);

  private final String camera;
  private final LiveView.Limits limits;
  private final ConsoleMetrics metrics;
  private final Consumer<LiveUpdate> updates;

  private final Deque<HeldFrame> frames = new ArrayDeque<>();
  private final Map<FrameId, HeldFrame> byId = new HashMap<>();
  private final Map<FrameId, List<FrameDetections>> early = new LinkedHashMap<>();
  private final ArrivalRate rate = new ArrivalRate();
  private final RecentMedian answered = new RecentMedian();
  private final RecentMedian shown = new RecentMedian();
  private final RecentMedian answerDelay = new RecentMedian();
  private long heldBytes;
  private long arrivals;
  private long lastShown = -1;
  private Instant arrived = Instant.EPOCH;
  private Duration interval = Duration.ZERO;
  private CameraStatus status;

  CameraView(
      String camera, LiveView.Limits limits, ConsoleMetrics metrics, Consumer<LiveUpdate> updates) {
    this.camera = camera;
    this.limits = limits;
    this.metrics = metrics;
    this.updates = updates;
  }

  void status(CameraStatus changed) {
    status = changed;
  }

  /**
   * @param budget bytes of pictures that this camera may hold
   */
  void frame(SampledFrame frame, long budget, Instant now) {
    rate.arrived(LiveView.micros(now));
    interval = arrived.equals(Instant.EPOCH) ? Duration.ZERO : Duration.between(arrived, now);
    arrived = now;
    Optional<DropReason> refusal = refusal(frame, budget);
    if (refusal.isPresent()) {
      metrics.dropped(refusal.get());
      return;
    }
    HeldFrame held = new HeldFrame(frame, arrivals++, LiveView.micros(now));
    frames.addLast(held);
    byId.put(frame.getId(), held);
    heldBytes += held.bytes();
    List<FrameDetections> waiting = early.remove(frame.getId());
    if (waiting != null) {
      waiting.forEach(answer -> join(held, answer, now));
    }
    while (frames.size() > limits.framesPerCamera() || heldBytes > budget) {
      evict(now);
    }
  }

  private Optional<DropReason> refusal(SampledFrame frame, long budget) {
    if (frame.getImage().remaining() > budget) {
      return Optional.of(DropReason.TOO_LARGE);
    }
    if (byId.containsKey(frame.getId())) {
      return Optional.of(DropReason.DUPLICATE);
    }
    if (frames.isEmpty()) {
      return Optional.empty();
    }
    FrameId newest = frames.peekLast().frame.getId();
    long behind = newest.getSequence() - frame.getId().getSequence();
    // A recording that starts over has the same session and counts from 0: that is a jump far back.
    boolean late =
        newest.getSession().equals(frame.getId().getSession())
            && behind > 0
            && behind <= limits.framesPerCamera();
    return late ? Optional.of(DropReason.OUT_OF_ORDER) : Optional.empty();
  }

  private void evict(Instant now) {
    HeldFrame oldest = frames.peekFirst();
    if (oldest.order > lastShown) {
      show(oldest, now);
    }
    frames.removeFirst();
    byId.remove(oldest.frame.getId());
    heldBytes -= oldest.bytes();
  }

  /** Joins the answer with its frame; the topics are read apart, so either may come first. */
  void answer(FrameDetections answer, Instant now) {
    HeldFrame held = byId.get(answer.getId());
    if (held != null) {
      join(held, answer, now);
      return;
    }
    early.computeIfAbsent(answer.getId(), id -> new ArrayList<>(1)).add(answer);
    if (early.size() > MOST_EARLY_ANSWERS) {
      early.remove(early.keySet().iterator().next());
    }
  }

  private void join(HeldFrame held, FrameDetections answer, Instant now) {
    if (!held.answer(answer)) {
      return;
    }
    answerDelay.add(LiveView.micros(now) - held.arrivedMicros);
    if (answer.getOutcome() == Outcome.INFERRED && isWallClock(held.frame)) {
      answered.add(millisBetween(answer.getCapturedAt(), answer.getCompletedAt()));
    }
  }

  /** Shows what has been answered, and what has waited long enough for an answer. */
  void flush(Instant now) {
    long patience = patienceMicros();
    for (HeldFrame held : frames) {
      boolean waited = LiveView.micros(now) - held.arrivedMicros >= patience;
      if (held.order >= lastShown && (held.isChanged() || (!held.isShown() && waited))) {
        show(held, now);
      }
    }
  }

  /**
   * How long a frame may wait for its boxes. A model slower than the least wait would otherwise
   * always answer for frames that have been shown bare, and no box would ever be seen.
   */
  private long patienceMicros() {
    long usual = (long) (WAIT_FACTOR * answerDelay.value().orElse(0));
    return Math.clamp(
        usual, LiveView.micros(limits.leastWait()), LiveView.micros(limits.mostWait()));
  }

  private void show(HeldFrame held, Instant now) {
    for (HeldFrame earlier : frames) {
      if (earlier.order > lastShown && earlier.order < held.order) {
        metrics.dropped(DropReason.OVERTAKEN);
      }
    }
    boolean firstAnswer = held.order > lastShown && !held.answers().isEmpty();
    if (firstAnswer && isWallClock(held.frame)) {
      shown.add(millisBetween(held.frame.getCapturedAt(), now));
      metrics.shown(Math.max(0, MICROS.between(held.frame.getCapturedAt(), now)));
    }
    lastShown = held.order;
    held.markShown();
    updates.accept(picture(held, now));
  }

  private Picture picture(HeldFrame held, Instant now) {
    return new Picture(
        PictureHeader.of(held, now, perSecond(now), boxed(answered.value()), boxed(shown.value())),
        held.frame.getImage().asReadOnlyBuffer());
  }

  /** The picture that browsers show now. */
  Optional<Picture> lastPicture(Instant now) {
    return frames.stream()
        .filter(held -> held.order == lastShown)
        .map(held -> picture(held, now))
        .findFirst();
  }

  Optional<ByteBuffer> newestJpeg() {
    return Optional.ofNullable(frames.peekLast())
        .map(held -> held.frame.getImage().asReadOnlyBuffer());
  }

  double perSecond(Instant now) {
    return Math.round(rate.perSecond(LiveView.micros(now)) * 100) / 100.0;
  }

  /**
   * An ingest process that was killed cannot say that its cameras are gone: the last state that it
   * told stays LIVE, and only the silence shows.
   */
  private boolean isSilent(Instant now) {
    if (status == null || status.getState() != dev.watchword.schemas.CameraState.LIVE) {
      return false;
    }
    Instant lastSign = arrived.isAfter(status.getSince()) ? arrived : status.getSince();
    Duration patience = interval.multipliedBy(3);
    Duration limit = patience.compareTo(SILENT_AFTER) > 0 ? patience : SILENT_AFTER;
    return lastSign.plus(limit).isBefore(now);
  }

  CameraState state(Instant now) {
    boolean silent = isSilent(now);
    return new CameraState(
        camera,
        status == null ? "UNKNOWN" : silent ? "WAITING" : status.getState().name(),
        status == null ? "NONE" : silent ? "STALLED" : status.getCause().name(),
        status == null
            ? ""
            : silent ? "no pictures arrive; does its ingest process run?" : status.getDetail(),
        status == null ? null : status.getSince().toString(),
        status == null ? "" : status.getUrl(),
        status == null ? 0 : status.getSourceWidth(),
        status == null ? 0 : status.getSourceHeight(),
        status == null ? "" : status.getCodec(),
        perSecond(now),
        boxed(answered.value()),
        boxed(shown.value()),
        frames.isEmpty() ? null : frames.peekLast().frame.getCapturedAt().toString(),
        status == null || status.getClock() == null ? null : clock(status),
        status == null ? "UNKNOWN" : status.getRecording().name(),
        status == null ? "" : status.getRecordingDetail());
  }

  private static ClockState clock(CameraStatus status) {
    return new ClockState(
        status.getClock().name(), status.getClockErrorMicros(), status.getClockSkewPpm());
  }

  /** Times of a recording say nothing about how long the pipeline takes. */
  private static boolean isWallClock(SampledFrame frame) {
    return frame.getClock() != CaptureClock.CONTAINER;
  }

  private static long millisBetween(Instant start, Instant end) {
    return Math.max(0, end.toEpochMilli() - start.toEpochMilli());
  }

  private static Long boxed(OptionalLong value) {
    return value.isPresent() ? (Long) value.getAsLong() : null;
  }
}
