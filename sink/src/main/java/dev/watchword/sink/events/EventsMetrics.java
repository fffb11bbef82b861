package dev.watchword.sink.events;

import dev.watchword.schemas.ObjectEvent;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import java.util.Locale;

/**
 * What the events service counts. Records whose transaction fails are worked on, and counted,
 * again.
 */
final class EventsMetrics {
  private final Counter consumed;
  private final Counter leftOut;
  private final Counter told;

  EventsMetrics(CollectorRegistry registry) {
    consumed =
        Counter.build("watchword_events_detections_consumed_total", "Detection records polled.")
            .register(registry);
    leftOut =
        Counter.build(
                "watchword_events_detections_left_out_total",
                "Detection records that no event takes account of, by reason.")
            .labelNames("reason")
            .register(registry);
    told =
        Counter.build("watchword_events_told_total", "Object events, by phase.")
            .labelNames("phase")
            .register(registry);
  }

  void consumed() {
    consumed.inc();
  }

  void leftOut(String reason) {
    leftOut.labels(reason).inc();
  }

  void told(ObjectEvent event) {
    told.labels(event.getPhase().name().toLowerCase(Locale.ROOT)).inc();
  }
}
