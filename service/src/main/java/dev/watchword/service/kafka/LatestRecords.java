package dev.watchword.service.kafka;

import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.RecordDecoder.BadRecordException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads a compacted topic to its present end, outside of any group. */
public final class LatestRecords {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(100);

  private LatestRecords() {}

  /**
   * The latest record of each key, without deleted ones and those that cannot be read.
   *
   * @throws KafkaException when Kafka does not answer within some seconds
   */
  public static <T> Map<String, T> read(KafkaSettings kafka, Topic topic, Class<T> type)
      throws InterruptedException {
    Map<String, T> latest = new TreeMap<>();
    try (KafkaConsumer<String, byte[]> consumer =
            new KafkaConsumer<>(kafka.consumer("latest", "", Map.of()));
        RecordDecoder decoder = kafka.decoder()) {
      List<TopicPartition> partitions = TopicPartitions.of(consumer, kafka.name(topic), LIMIT);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, LIMIT);
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (isBehind(consumer, ends)) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          put(latest, record, decoder, type);
        }
        if (System.nanoTime() > deadline) {
          throw new TimeoutException(kafka.name(topic) + " cannot be read to its end");
        }
      }
    }
    return latest;
  }

  private static boolean isBehind(
      KafkaConsumer<String, byte[]> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey(), LIMIT) < end.getValue());
  }

  private static <T> void put(
      Map<String, T> latest,
      ConsumerRecord<String, byte[]> record,
      RecordDecoder decoder,
      Class<T> type)
      throws InterruptedException {
    latest.remove(record.key());
    try {
      T value = decoder.decode(record, type);
      if (value != null) {
        latest.put(record.key(), value);
      }
    } catch (BadRecordException e) {
      // Whoever owns the topic's work counts it.
    }
  }
}
