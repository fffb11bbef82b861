package dev.watchword.service.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class TopicPartitionsTest {
  private static final Duration LIMIT = Duration.ofSeconds(1);

  @AutoClose private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");

  @Test
  void findsAllPartitions() {
    consumer.updatePartitions(
        "cameras",
        List.of(
            new PartitionInfo("cameras", 0, null, null, null),
            new PartitionInfo("cameras", 1, null, null, null)));

    assertThat(TopicPartitions.of(consumer, "cameras", LIMIT))
        .containsExactly(new TopicPartition("cameras", 0), new TopicPartition("cameras", 1));
  }

  @Test
  void takesAnUnknownTopicForOneToAskForAgain() {
    consumer.updatePartitions("cameras", List.of());

    assertThatThrownBy(() -> TopicPartitions.of(consumer, "cameras", LIMIT))
        .isInstanceOf(KafkaException.class)
        .hasMessageContaining("topic cameras does not exist yet");
  }
}
