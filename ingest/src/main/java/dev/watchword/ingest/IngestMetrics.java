package dev.watchword.ingest;

import dev.watchword.ingest.coverage.CoverageBook;
import dev.watchword.ingest.coverage.CoverageBook.Counts;
import dev.watchword.ingest.coverage.CoverageBook.Minute;
import dev.watchword.ingest.outbox.Spooled;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.Topic;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * What ingest counts. For each camera, at any time:
 *
 * <pre>
 * captured + recovered =
 *   not_sampled + gated + dropped (all reasons) + published + late + in_flight + outbox
 * </pre>
 *
 * where in flight is what the producer holds unanswered, 0 after the service has closed; outbox is
 * what waits on disk, and recovered what an earlier process had left there.
 */
final class IngestMetrics {
  private final Counter captured;
  private final Counter decoded;
  private final Counter overflows;
  private final Counter notSampled;
  private final Counter gated;
  private final Counter dropped;
  private final Counter published;
  private final Counter bytes;
  private final Counter spooled;
  private final Counter late;
  private final Counter recovered;
  private final Gauge inFlight;
  private final Gauge outbox;
  private final Gauge live;
  private final Gauge clockError;
  private final Gauge clockSkew;
  private final Gauge idle;
  private final Counter leftOutIdle;
  private final Gauge recording;
  private final Counter recordedBytes;
  private final Counter recordingFailures;
  private final Counter unrecorded;
  private final Counter outboxCuts;
  private final Counter recordsLost;
  private final Counter deadLetters;
  private final Counter sessions;
  private final Counter failures;
  private final Histogram latency;

  private final CoverageBook book;

  /**
   * @param book counts the same frames, by session and minute
   */
  IngestMetrics(CollectorRegistry registry, CoverageBook book) {
    this.book = book;
    captured =
        counter("frames_captured_total", "Frames received, decoded or not.").register(registry);
    decoded = counter("frames_decoded_total", "Frames decoded.").register(registry);
    overflows =
        counter(
                "decode_overflows_total",
                "Times that frames held back undecoded became too many and were decoded.")
            .register(registry);
    notSampled =
        counter("frames_not_sampled_total", "Frames left out by the sampling rate.")
            .register(registry);
    gated =
        counter("frames_gated_total", "Sampled frames left out as nothing moved in them.")
            .register(registry);
    dropped =
        Counter.build("watchword_ingest_frames_dropped_total", "Frames lost, by reason.")
            .labelNames("camera", "reason")
            .register(registry);
    published =
        counter("frames_published_total", "Frames that the broker has acknowledged.")
            .register(registry);
    bytes =
        counter("bytes_published_total", "JPEG bytes of acknowledged frames.").register(registry);
    spooled =
        counter("frames_spooled_total", "Frames put into the outbox while the broker was away.")
            .register(registry);
    late =
        counter("frames_late_total", "Frames of the outbox that the broker has acknowledged.")
            .register(registry);
    recovered =
        counter("frames_recovered_total", "Frames that an earlier process left in the outbox.")
            .register(registry);
    outbox =
        Gauge.build("watchword_ingest_outbox_frames", "Frames that wait in the outbox.")
            .labelNames("camera")
            .register(registry);
    inFlight =
        Gauge.build("watchword_ingest_frames_in_flight", "Frames sent, not yet acknowledged.")
            .labelNames("camera")
            .register(registry);
    live =
        Gauge.build("watchword_ingest_camera_live", "1 while the camera gives frames.")
            .labelNames("camera")
            .register(registry);
    clockError =
        Gauge.build(
                "watchword_ingest_clock_error_seconds",
                "By how much the camera's capture times may be wrong; NaN where unknown.")
            .labelNames("camera")
            .register(registry);
    clockSkew =
        Gauge.build(
                "watchword_ingest_clock_skew_ratio",
                "By how much the camera's stream clock is faster than ours; NaN until known.")
            .labelNames("camera")
            .register(registry);
    idle =
        Gauge.build(
                "watchword_ingest_idle", "1 while only key frames are decoded as nothing moves.")
            .labelNames("camera")
            .register(registry);
    leftOutIdle =
        counter(
                "frames_idle_total",
                "Frames not sampled while only key frames were decoded as nothing moved.")
            .register(registry);
    recording =
        Gauge.build("watchword_ingest_recording", "1 while the camera is recorded.")
            .labelNames("camera")
            .register(registry);
    recordedBytes =
        counter("recorded_bytes_total", "Bytes of finished segments.").register(registry);
    recordingFailures =
        counter("recording_failures_total", "Times that recording stopped for want of a disk.")
            .register(registry);
    unrecorded =
        counter("unrecorded_packets_total", "Packets that the recording had no room for.")
            .register(registry);
    outboxCuts =
        Counter.build(
                "watchword_ingest_outbox_cuts_total",
                "Files of the outbox whose last record was torn when the process before died.")
            .register(registry);
    recordsLost =
        Counter.build(
                "watchword_ingest_records_lost_total",
                "Segments, evidence and coverage that the broker was not told of.")
            .labelNames("topic")
            .register(registry);
    deadLetters =
        Counter.build(
                "watchword_ingest_dead_letters_total", "Records set aside as they cannot be read.")
            .labelNames("topic")
            .register(registry);
    sessions = counter("sessions_total", "Connections opened.").register(registry);
    failures =
        Counter.build("watchword_ingest_failures_total", "Connections failed, by cause.")
            .labelNames("camera", "cause")
            .register(registry);
    latency =
        Histogram.build(
                "watchword_ingest_capture_to_publish_seconds",
                "From capture to the broker's acknowledgement.")
            .buckets(.005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10)
            .register(registry);
  }

  private static Counter.Builder counter(String name, String help) {
    return Counter.build("watchword_ingest_" + name, help).labelNames("camera");
  }

  void outboxCut(int files) {
    outboxCuts.inc(files);
  }

  /** A record of the topic cannot be read. */
  void deadLetter(Topic topic) {
    deadLetters.labels(topic.name("")).inc();
  }

  void recordLost(Topic topic) {
    recordsLost.labels(topic.name("")).inc();
  }

  /** The metrics of one camera; all its counters show from now on, at 0. */
  Camera camera(String id) {
    return new Camera(id);
  }

  /**
   * Safe for use by many threads, but for what speaks of no frame: that is the camera's thread's,
   * and of the {@link #frame} told last.
   */
  final class Camera {
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

    private Camera(String id) {
      this.id = id;
      captured = IngestMetrics.this.captured.labels(id);
      decoded = IngestMetrics.this.decoded.labels(id);
      overflows = IngestMetrics.this.overflows.labels(id);
      notSampled = IngestMetrics.this.notSampled.labels(id);
      gated = IngestMetrics.this.gated.labels(id);
      published = IngestMetrics.this.published.labels(id);
      bytes = IngestMetrics.this.bytes.labels(id);
      spooled = IngestMetrics.this.spooled.labels(id);
      late = IngestMetrics.this.late.labels(id);
      inFlight = IngestMetrics.this.inFlight.labels(id);
      outbox = IngestMetrics.this.outbox.labels(id);
      live = IngestMetrics.this.live.labels(id);
      clockError = IngestMetrics.this.clockError.labels(id);
      clockSkew = IngestMetrics.this.clockSkew.labels(id);
      live(false);
      sessions = IngestMetrics.this.sessions.labels(id);
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
      dropped.labels(id, reason.label()).inc();
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
      latency.observe(Math.max(0, secondsSinceCapture));
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
      recovered.labels(id).inc();
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
      idle.labels(id).set(now ? 1 : 0);
    }

    /** A frame that is not sampled, of a camera that is idle. */
    void leftOutIdle() {
      leftOutIdle.labels(id).inc();
    }

    void recording(boolean now) {
      recording.labels(id).set(now ? 1 : 0);
    }

    void recorded(long segmentBytes) {
      recordedBytes.labels(id).inc(segmentBytes);
    }

    void recordingFailure() {
      recordingFailures.labels(id).inc();
    }

    void unrecorded() {
      unrecorded.labels(id).inc();
    }

    void session() {
      sessions.inc();
    }

    void failure(dev.watchword.schemas.CameraCause cause) {
      failures.labels(id, cause.name().toLowerCase(Locale.ROOT)).inc();
    }
  }
}
