package dev.watchword.service.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.Measurable;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.utils.Time;
import org.junit.jupiter.api.Test;

class BrokerLinkTest {
  private long nanos;
  private final BrokerLink link = new BrokerLink(() -> nanos);

  private static Map<MetricName, ? extends Metric> connections(double count) {
    MetricName name = new MetricName("connection-count", "consumer-metrics", "", Map.of());
    Measurable value = (config, now) -> count;
    return Map.of(
        name, new KafkaMetric(new Object(), name, value, new MetricConfig(), Time.SYSTEM));
  }

  @Test
  void staysQuietAboutAShortInterruption() {
    assertThat(link.isAway(connections(0))).isFalse();
    nanos += Duration.ofSeconds(4).toNanos();
    assertThat(link.isAway(connections(0))).isFalse();
    assertThat(link.isAway(connections(1))).isFalse();
    nanos += Duration.ofSeconds(4).toNanos();
    assertThat(link.isAway(connections(0))).isFalse();
  }

  @Test
  void tellsWhenNoBrokerIsConnectedForLong() {
    nanos += Duration.ofSeconds(6).toNanos();
    assertThat(link.isAway(connections(0))).isTrue();
    assertThat(link.isAway(connections(2))).isFalse();
  }
}
