package dev.watchword.ingest;

import dev.watchword.ingest.coverage.CoverageBook;
import dev.watchword.ingest.coverage.CoverageBook.Counts;
import dev.watchword.ingest.coverage.CoverageBook.Minute;
import dev.watchword.ingest.outbox.Spooled;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.SampledFrame;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * What ingest counts of one camera, see {@link IngestMetrics}.
 *
 * <p>Safe for use by many threads, but for what speaks of no frame: that is the camera's thread's,
 * and of the {@link #frame} told last.
 */
final class CameraMetrics {
  private final IngestMetrics all;
  private final CoverageBook book;
  private final String id;
  private Minute current;
  private final Counter.Child captured;
  private final Counter.Child decoded;
  private final Counter.Child overflows;
  private final Counter.Child notSampled;
  private final Counter.Child gated;
  private final Counter.Child published;
  private final Counter.Child bytes;
  private final Counter.Child spooled;
  private final Counter.Child late;
  private final Gauge.Child inFlight;
  private final Gauge.Child outbox;
  private final Gauge.Child live;
  private final Gauge.Child clockError;
  private final Gauge.Child clockSkew;
  private final Counter.Child sessions;

  CameraMetrics(IngestMetrics all, CoverageBook book, String id) {
    this.all = all;
    this.book = book;
    this.id = id;
    captured = all.captured.labels(id);
    decoded = all.decoded.labels(id);
    overflows = all.overflows.labels(id);
    notSampled = all.notSampled.labels(id);
    gated = all.gated.labels(id);
    published = all.published.labels(id);
    bytes = all.bytes.labels(id);
    spooled = all.spooled.labels(id);
    late = all.late.labels(id);
    inFlight = all.inFlight.labels(id);
    outbox = all.outbox.labels(id);
    live = all.live.labels(id);
    clockError = all.clockError.labels(id);
    clockSkew = all.clockSkew.labels(id);
    live(false);
    sessions = all.sessions.labels(id);
  }

  /** The frame that the camera's thread counts next. */
  void frame(String session, long capturedAtMicros) {
    current = Minute.of(id, session, capturedAtMicros);
  }

  void captured() {
    captured.inc();
    count(current, Counts::captured);
  }

  void decoded() {
    decoded.inc();
  }

  /** Frames held back undecoded became too many, so they are decoded. */
  void decodeOverflow() {
    overflows.inc();
  }

  void notSampled() {
    notSampled.inc();
    count(current, Counts::notSampled);
  }

  void gated() {
    gated.inc();
    count(current, Counts::gated);
  }

  void dropped(DropReason reason) {
    dropped(current, reason);
  }

  private void dropped(Minute minute, DropReason reason) {
    all.dropped.labels(id, reason.label()).inc();
    count(minute, counts -> counts.dropped(reason.label()));
  }

  void dropped(SampledFrame frame, DropReason reason) {
    dropped(minute(frame), reason);
  }

  void sent(SampledFrame frame) {
    inFlight.inc();
    count(minute(frame), counts -> counts.pending(1));
  }

  /** An answer for a frame that was {@link #sent}: the broker has it. */
  void acknowledged(SampledFrame frame, double secondsSinceCapture) {
    published.inc();
    bytes.inc(frame.getImage().limit());
    all.latency.observe(Math.max(0, secondsSinceCapture));
    inFlight.dec();
    count(
        minute(frame),
        counts -> {
          counts.published();
          counts.pending(-1);
        });
  }

  /** An answer for a frame that was {@link #sent}: it is to be sent again, later, or lost. */
  void unsent(SampledFrame frame) {
    inFlight.dec();
    count(minute(frame), counts -> counts.pending(-1));
  }

  void spooled(SampledFrame frame) {
    spooled.inc();
    outbox.inc();
    count(
        minute(frame),
        counts -> {
          counts.spooled();
          counts.pending(1);
        });
  }

  /** An earlier process had spooled it. */
  void recovered(Spooled.Origin origin) {
    all.recovered.labels(id).inc();
    outbox.inc();
    count(minute(origin), counts -> counts.pending(1));
  }

  /** A frame of the outbox: the broker has it. */
  void late(Spooled.Origin origin) {
    late.inc();
    outbox.dec();
    count(
        minute(origin),
        counts -> {
          counts.late();
          counts.pending(-1);
        });
  }

  /** A frame of the outbox is lost. */
  void lostFromOutbox(Spooled.Origin origin, DropReason reason) {
    dropped(minute(origin), reason);
    outbox.dec();
    count(minute(origin), counts -> counts.pending(-1));
  }

  private void count(Minute minute, Consumer<Counts> change) {
    if (minute != null) {
      book.count(minute, change);
    }
  }

  private static Minute minute(SampledFrame frame) {
    return Minute.of(
        frame.getId().getCamera(),
        frame.getId().getSession(),
        ChronoUnit.MICROS.between(Instant.EPOCH, frame.getCapturedAt()));
  }

  private static Minute minute(Spooled.Origin origin) {
    return Minute.of(origin.camera(), origin.session(), origin.capturedAtMicros());
  }

  void live(boolean now) {
    live.set(now ? 1 : 0);
    if (!now) {
      idle(false);
      clock(new ClockQuality(CaptureClock.ARRIVAL, -1, Double.NaN));
    }
  }

  void clock(ClockQuality quality) {
    clockError.set(quality.errorMicros() < 0 ? Double.NaN : quality.errorMicros() / 1e6);
    clockSkew.set(quality.skewPpm() / 1e6);
  }

  void idle(boolean now) {
    all.idle.labels(id).set(now ? 1 : 0);
  }

  /** A frame that is not sampled, of a camera that is idle. */
  void leftOutIdle() {
    all.leftOutIdle.labels(id).inc();
  }

  void recording(boolean now) {
    all.recording.labels(id).set(now ? 1 : 0);
  }

  void recorded(long segmentBytes) {
    all.recordedBytes.labels(id).inc(segmentBytes);
  }

  void recordingFailure() {
    all.recordingFailures.labels(id).inc();
  }

  void unrecorded() {
    all.unrecorded.labels(id).inc();
  }

  void session() {
    sessions.inc();
  }

  void failure(dev.watchword.schemas.CameraCause cause) {
    all.failures.labels(id, cause.name().toLowerCase(Locale.ROOT)).inc();
  }
}
