package dev.watchword.sink.events;

import dev.watchword.sink.alerts.AlertMetrics;
import dev.watchword.sink.alerts.AlertParts;
import io.prometheus.client.CollectorRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;

/** The topology of events and alerts without a broker, on a clock by hand. */
final class EventDriver {
  static final Instant WALL = Instant.parse("2026-03-01T12:00:00Z");

  private EventDriver() {}

  static TopologyTestDriver start(CollectorRegistry metrics) {
    return new TopologyTestDriver(
        EventTopology.of(
            new TopologyParts(
                TrackingConfig.DEFAULT,
                "detections",
                "cameras",
                "events",
                "detections-dead-letter",
                Wire::decoder,
                Wire.encoder(),
                new EventsMetrics(metrics),
                alertParts(metrics))),
        new Properties(),
        WALL);
  }

  private static AlertParts alertParts(CollectorRegistry metrics) {
    return new AlertParts(
        "alert-rules",
        "camera-status",
        "coverage",
        "alerts",
        "evidence-requests",
        name -> "s3://pictures/" + name,
        Duration.ofSeconds(30),
        Wire::decoder,
        Wire.encoder(),
        new AlertMetrics(metrics));
  }

  static TestInputTopic<String, byte[]> input(TopologyTestDriver driver, String topic) {
    return driver.createInputTopic(topic, new StringSerializer(), new ByteArraySerializer());
  }

  static TestOutputTopic<String, byte[]> output(TopologyTestDriver driver, String topic) {
    return driver.createOutputTopic(topic, new StringDeserializer(), new ByteArrayDeserializer());
  }
}
