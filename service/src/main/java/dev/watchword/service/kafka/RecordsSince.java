package dev.watchword.service.kafka;

import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.RecordDecoder.BadRecordException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads a topic from a moment to its present end, outside of any group. */
public final class RecordsSince {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(100);

  private RecordsSince() {}

  /**
   * Hands over each record in the order of its partition, without deleted ones and those that
   * cannot be read.
   *
   * @throws KafkaException when Kafka does not answer for some seconds
   */
  public static <T> void read(
      KafkaSettings kafka, Topic topic, Class<T> type, Instant since, Consumer<T> reader)
      throws InterruptedException {
    read(kafka, topic, type, since, (record, value) -> reader.accept(value));
  }

  /** As the other, with the record that the value came in. */
  static <T> void read(
      KafkaSettings kafka,
      Topic topic,
      Class<T> type,
      Instant since,
      BiConsumer<ConsumerRecord<String, byte[]>, T> reader)
      throws InterruptedException {
    try (KafkaConsumer<String, byte[]> consumer =
            new KafkaConsumer<>(kafka.consumer("reader", "", Map.of()));
        RecordDecoder decoder = kafka.decoder()) {
      List<TopicPartition> partitions = TopicPartitions.of(consumer, kafka.name(topic), LIMIT);
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, LIMIT);
      seek(consumer, ends, since);
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (isBehind(consumer, ends)) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          hand(record, decoder, type, reader);
          deadline = System.nanoTime() + LIMIT.toNanos();
        }
        if (System.nanoTime() > deadline) {
          throw new TimeoutException(kafka.name(topic) + " cannot be read to its end");
        }
      }
    }
  }

  private static void seek(
      KafkaConsumer<String, byte[]> consumer, Map<TopicPartition, Long> ends, Instant since) {
    Map<TopicPartition, Long> times =
        ends.keySet().stream()
            .collect(Collectors.toMap(partition -> partition, any -> since.toEpochMilli()));
    Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times, LIMIT);
    ends.forEach(
        (partition, end) -> {
          OffsetAndTimestamp first = found.get(partition);
          consumer.seek(partition, first == null ? end : first.offset());
        });
  }

  private static boolean isBehind(
      KafkaConsumer<String, byte[]> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey(), LIMIT) < end.getValue());
  }

  private static <T> void hand(
      ConsumerRecord<String, byte[]> record,
      RecordDecoder decoder,
      Class<T> type,
      BiConsumer<ConsumerRecord<String, byte[]>, T> reader)
      throws InterruptedException {
    try {
      T value = decoder.decode(record, type);
      if (value != null) {
        reader.accept(record, value);
      }
    } catch (BadRecordException e) {
      // Whoever owns the topic's work counts it.
    }
  }
}
