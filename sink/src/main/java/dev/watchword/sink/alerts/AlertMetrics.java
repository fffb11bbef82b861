package dev.watchword.sink.alerts;

import dev.watchword.schemas.Alert;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;

/** What the judging of rules counts. Records whose transaction fails are counted again. */
public final class AlertMetrics {
  private final Counter fired;
  private final Counter unreadable;

  public AlertMetrics(CollectorRegistry registry) {
    fired =
        Counter.build("watchword_events_alerts_fired_total", "Alerts, by rule.")
            .labelNames("rule")
            .register(registry);
    unreadable =
        Counter.build(
                "watchword_events_alert_records_unreadable_total",
                "Rules, camera states and coverage that cannot be read, by kind.")
            .labelNames("kind")
            .register(registry);
  }

  void fired(Alert alert) {
    fired.labels(alert.getRule()).inc();
  }

  void unreadable(String kind) {
    unreadable.labels(kind).inc();
  }
}
