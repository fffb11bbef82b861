package dev.watchword.service.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/**
 * Notices that a consumer's brokers are away. The consumer itself says nothing: it polls, gets
 * nothing and connects again in silence. Used by the consumer's thread.
 */
public final class BrokerLink {
  /** A broker that restarts in this time is not worth a word. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final LongSupplier nanos;
  private long connectedNanos;

  /**
   * @param nanos a monotonic clock
   */
  public BrokerLink(LongSupplier nanos) {
    this.nanos = nanos;
    this.connectedNanos = nanos.getAsLong();
  }

  /**
   * To be asked after each poll.
   *
   * @param metrics the consumer's
   */
  public boolean isAway(Map<MetricName, ? extends Metric> metrics) {
    Optional<Double> connections =
        metrics.entrySet().stream()
            .filter(entry -> entry.getKey().name().equals("connection-count"))
            .filter(entry -> entry.getKey().group().equals("consumer-metrics"))
            .map(entry -> ((Number) entry.getValue().metricValue()).doubleValue())
            .findFirst();
    long now = nanos.getAsLong();
    if (connections.isEmpty() || connections.get() > 0) {
      connectedNanos = now;
    }
    return now - connectedNanos > PATIENCE.toNanos();
  }
}
