package dev.watchword.inference;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Publishes answers and commits their offsets in one transaction. A producer that can no longer
 * abort (fenced, or a commit whose end it does not know) is replaced by a new one under the same
 * transactional id, which settles what the old one left open. Used by one thread.
 */
final class TransactionalPublisher implements AutoCloseable {
  private final Supplier<Producer<String, Object>> producers;
  private Producer<String, Object> producer;

  TransactionalPublisher(Supplier<Producer<String, Object>> producers) {
    this.producers = producers;
  }

  /**
   * Makes sure that there is a producer with no transaction open.
   *
   * @throws KafkaException when the broker does not answer
   */
  void prepare() {
    if (producer != null) {
      return;
    }
    producer = producers.get();
    try {
      producer.initTransactions();
    } catch (RuntimeException e) {
      discard();
      throw e;
    }
  }

  /**
   * @throws KafkaException when the transaction did not commit, or perhaps did: the group's
   *     committed offsets tell, once {@link #prepare()} has returned
   */
  void publish(
      List<ProducerRecord<String, Object>> records,
      Map<TopicPartition, OffsetAndMetadata> offsets,
      ConsumerGroupMetadata group) {
    try {
      producer.beginTransaction();
      for (ProducerRecord<String, Object> record : records) {
        producer.send(record);
      }
      producer.sendOffsetsToTransaction(offsets, group);
      producer.commitTransaction();
    } catch (KafkaException e) {
      abort();
      throw e;
    }
  }

  private void abort() {
    try {
      producer.abortTransaction();
    } catch (RuntimeException e) {
      discard();
    }
  }

  private void discard() {
    Producer<String, Object> unusable = producer;
    producer = null;
    unusable.close(Duration.ZERO);
  }

  @Override
  public void close() {
    if (producer != null) {
      discard();
    }
  }
}
