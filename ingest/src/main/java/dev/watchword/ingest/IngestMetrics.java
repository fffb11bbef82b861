package dev.watchword.ingest;

import dev.watchword.ingest.coverage.CoverageBook;
import dev.watchword.schemas.Topic;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;

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
  final Counter captured;
  final Counter decoded;
  final Counter overflows;
  final Counter notSampled;
  final Counter gated;
  final Counter dropped;
  final Counter published;
  final Counter bytes;
  final Counter spooled;
  final Counter late;
  final Counter recovered;
  final Gauge inFlight;
  final Gauge outbox;
  final Gauge live;
  final Gauge clockError;
  final Gauge clockSkew;
  final Gauge idle;
  final Counter leftOutIdle;
  final Gauge recording;
  final Counter recordedBytes;
  final Counter recordingFailures;
  final Counter unrecorded;
  final Counter outboxCuts;
  final Counter recordsLost;
  final Counter deadLetters;
  final Counter sessions;
  final Counter failures;
  final Histogram latency;

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
  CameraMetrics camera(String id) {
    return new CameraMetrics(this, book, id);
  }
}
