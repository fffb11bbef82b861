package dev.watchword.service.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Takes a consumer back to the offsets that its group has committed; where there is none yet, to
 * where it began. Used by the consumer's thread.
 */
public final class Rewind {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final Map<TopicPartition, Long> beginnings = new HashMap<>();
  private boolean asked;

  /** To be told of each polled record, before it is worked on. */
  public void polled(ConsumerRecord<?, ?> record) {
    beginnings.putIfAbsent(new TopicPartition(record.topic(), record.partition()), record.offset());
  }

  /** The partitions are no longer this consumer's. */
  public void forget(Collection<TopicPartition> partitions) {
    partitions.forEach(beginnings::remove);
  }

  /** What was polled and not committed is to be polled again. */
  public void ask() {
    asked = true;
  }

  /**
   * Goes back if that was asked for.
   *
   * @return the committed offsets of the assigned partitions; empty when nobody asked
   * @throws org.apache.kafka.common.KafkaException when the broker does not answer; nothing has
   *     moved then, and it stays asked for
   */
  public Optional<Map<TopicPartition, OffsetAndMetadata>> ifAsked(Consumer<?, ?> consumer) {
    if (!asked) {
      return Optional.empty();
    }
    Map<TopicPartition, OffsetAndMetadata> committed = toCommitted(consumer);
    asked = false;
    return Optional.of(committed);
  }

  private Map<TopicPartition, OffsetAndMetadata> toCommitted(Consumer<?, ?> consumer) {
    Map<TopicPartition, OffsetAndMetadata> committed =
        consumer.committed(consumer.assignment(), LIMIT);
    for (TopicPartition partition : consumer.assignment()) {
      OffsetAndMetadata offset = committed.get(partition);
      if (offset != null) {
        consumer.seek(partition, offset.offset());
      } else if (beginnings.containsKey(partition)) {
        consumer.seek(partition, beginnings.get(partition));
      }
    }
    return committed;
  }
}
