package dev.watchword.service.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.Topic;
import dev.watchword.service.config.ConfigFile;
import io.prometheus.client.CollectorRegistry;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KafkaSettingsTest {
  private static KafkaSettings settings(String yaml) {
    return KafkaSettings.from(
        ConfigFile.parse("watchword.yaml", yaml, name -> null), new CollectorRegistry());
  }

  @Test
  void passesRawClientPropertiesThrough() {
    KafkaSettings settings =
        settings(
            """
            kafka:
              bootstrap.servers: broker:9093
              security.protocol: SSL
              producer: {linger.ms: 7}
              value.serializer: io.confluent.kafka.serializers.KafkaAvroSerializer
            registry: {url: "http://registry:8081"}
            """);

    Map<String, Object> producer = settings.producer("ingest", Map.of("linger.ms", 0));

    assertThat(producer)
        .containsEntry("bootstrap.servers", "broker:9093")
        .containsEntry("security.protocol", "SSL")
        .containsEntry("linger.ms", "7")
        .containsEntry("value.serializer", "io.confluent.kafka.serializers.KafkaAvroSerializer")
        .containsEntry("schema.registry.url", "http://registry:8081");
    assertThat(settings.consumer("x", "group", Map.of()))
        .containsEntry("isolation.level", "read_committed")
        .doesNotContainKey("linger.ms");
  }

  @Test
  void handsClientPropertiesToStreamsAndKeepsSerializersBack() {
    KafkaSettings settings =
        settings(
            """
            kafka:
              topic-prefix: site1.
              bootstrap.servers: broker:9093
              security.protocol: SSL
              producer: {linger.ms: 7}
              consumer: {max.poll.records: 9}
              value.serializer: io.confluent.kafka.serializers.KafkaAvroSerializer
            """);

    Map<String, Object> streams = settings.streams("events", Map.of("num.stream.threads", 2));

    assertThat(streams)
        .containsEntry("application.id", "site1.events")
        .containsEntry("security.protocol", "SSL")
        .containsEntry("producer.linger.ms", "7")
        .containsEntry("consumer.max.poll.records", "9")
        .containsEntry("num.stream.threads", 2)
        .doesNotContainKey("value.serializer");
  }

  @Test
  void showsNoCredential() {
    KafkaSettings settings =
        settings(
            """
            kafka:
              bootstrap.servers: broker:9093
              sasl.jaas.config: org.apache.kafka.Login required username="u" password="hidden1";
            registry: {url: "http://registry:8081", user-info: "u:hidden2"}
            """);

    assertThat(settings.toString())
        .contains("broker:9093")
        .doesNotContain("hidden1")
        .doesNotContain("hidden2");
  }

  @Test
  void isEmbeddedUnlessTheFileNamesABroker() {
    KafkaSettings settings = settings("kafka: {topic-prefix: site1.}\n");

    assertThat(settings.isExternal()).isFalse();
    assertThat(settings.name(Topic.FRAMES)).isEqualTo("site1.frames");
    assertThat(settings.at("127.0.0.1:1", "http://127.0.0.1:2").bootstrapServers())
        .isEqualTo("127.0.0.1:1");
  }
}
