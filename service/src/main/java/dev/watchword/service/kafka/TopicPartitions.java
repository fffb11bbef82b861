package dev.watchword.service.kafka;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * The partitions of a topic for a reader outside of any group. A broker that has just started, or
 * has just made the topic, may not know it for a moment: that is not an empty topic.
 */
public final class TopicPartitions {
  private TopicPartitions() {}

  /**
   * All partitions, at least one.
   *
   * @param topic its full name
   * @throws UnknownTopicOrPartitionException when the broker knows no such topic, or not yet
   * @throws KafkaException when the broker does not answer within the limit
   */
  public static List<TopicPartition> of(Consumer<?, ?> consumer, String topic, Duration limit) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic, limit).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new UnknownTopicOrPartitionException(
          "topic " + topic + " does not exist yet; it appears when a service has started");
    }
    return partitions;
  }
}
