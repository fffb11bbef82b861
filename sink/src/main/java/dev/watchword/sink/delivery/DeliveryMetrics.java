package dev.watchword.sink.delivery;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Histogram;

/** What the delivery of alerts counts, by target. */
final class DeliveryMetrics {
  private final Counter delivered;
  private final Counter retried;
  private final Counter failed;
  private final Counter leftOut;
  private final Histogram lag;

  DeliveryMetrics(CollectorRegistry registry) {
    delivered = counter(registry, "delivered", "Alerts that the target has taken.");
    retried = counter(registry, "retried", "Attempts that failed and are made again.");
    failed = counter(registry, "failed", "Alerts that were set aside as dead letters.");
    leftOut = counter(registry, "left_out", "Alerts that are not for the target.");
    lag =
        Histogram.build(
                "watchword_delivery_lag_seconds",
                "From the record that raised the alert to its delivery.")
            .labelNames("target")
            .buckets(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)
            .register(registry);
  }

  private static Counter counter(CollectorRegistry registry, String what, String help) {
    return Counter.build("watchword_delivery_alerts_" + what + "_total", help)
        .labelNames("target")
        .register(registry);
  }

  void delivered(Target target, double lagSeconds) {
    delivered.labels(target.name()).inc();
    lag.labels(target.name()).observe(Math.max(0, lagSeconds));
  }

  void retried(Target target) {
    retried.labels(target.name()).inc();
  }

  void failed(Target target) {
    failed.labels(target.name()).inc();
  }

  void leftOut(Target target) {
    leftOut.labels(target.name()).inc();
  }
}
