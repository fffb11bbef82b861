package dev.watchword.console;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import java.util.Arrays;

/** What the console counts. May be used by any thread. */
final class ConsoleMetrics {
  private final Counter frames;
  private final Counter answers;
  private final Counter dropped;
  private final Counter pictures;
  private final Counter badRecords;
  private final Counter refused;
  private final Gauge viewers;
  private final Histogram shown;

  ConsoleMetrics(CollectorRegistry registry) {
    frames =
        Counter.build("watchword_console_frames_total", "Frames read from Kafka.")
            .register(registry);
    answers =
        Counter.build("watchword_console_answers_total", "Detection records read from Kafka.")
            .register(registry);
    dropped =
        Counter.build(
                "watchword_console_frames_dropped_total",
                "Frames that were not drawn; for slow_viewer once per browser.")
            .labelNames("reason")
            .register(registry);
    Arrays.stream(DropReason.values()).forEach(reason -> dropped.labels(reason.label()));
    pictures =
        Counter.build("watchword_console_pictures_sent_total", "Pictures sent to browsers.")
            .register(registry);
    badRecords =
        Counter.build("watchword_console_records_bad_total", "Records that could not be read.")
            .labelNames("topic")
            .register(registry);
    refused =
        Counter.build(
                "watchword_console_requests_refused_total",
                "Requests of foreign hosts or origins, and browsers beyond the limit.")
            .register(registry);
    viewers =
        Gauge.build("watchword_console_viewers", "Browsers with the live view open.")
            .register(registry);
    shown =
        Histogram.build("watchword_console_shown_seconds", "From capture to the push of the boxes.")
            .buckets(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
            .register(registry);
  }

  void frame() {
    frames.inc();
  }

  void answer() {
    answers.inc();
  }

  void dropped(DropReason reason) {
    dropped.labels(reason.label()).inc();
  }

  void pictureSent() {
    pictures.inc();
  }

  void badRecord(String topic) {
    badRecords.labels(topic).inc();
  }

  void refused() {
    refused.inc();
  }

  void viewers(int count) {
    viewers.set(count);
  }

  void shown(long micros) {
    shown.observe(micros / 1e6);
  }
}
