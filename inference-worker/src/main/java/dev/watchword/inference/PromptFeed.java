package dev.watchword.inference;

import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.service.kafka.RecordDecoder.BadRecordException;
import dev.watchword.service.kafka.TopicPartitions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a book of prompts up with the topic. A version is written at least a second before it takes
 * effect, and the book is never older than a fifth of that, so each frame meets the one version
 * that was meant for it, whichever worker asks. Used by one thread.
 */
final class PromptFeed implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PromptFeed.class);
  private static final Duration FRESH = Duration.ofMillis(200);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final Consumer<String, byte[]> consumer;
  private final RecordDecoder decoder;
  private final String topic;
  private final PromptBook book;
  private final LongSupplier nanos;
  private List<TopicPartition> partitions = List.of();
  private long refreshed;

  /** Becomes the owner of consumer and decoder. */
  PromptFeed(
      Consumer<String, byte[]> consumer,
      RecordDecoder decoder,
      String topic,
      PromptBook book,
      LongSupplier nanos) {
    this.consumer = consumer;
    this.decoder = decoder;
    this.topic = topic;
    this.book = book;
    this.nanos = nanos;
  }

  PromptBook book() {
    return book;
  }

  /**
   * Reads the topic to its end, unless that was done a moment ago.
   *
   * @throws KafkaException when Kafka does not answer for some seconds
   */
  void refresh() throws InterruptedException {
    long now = nanos.getAsLong();
    if (partitions.isEmpty()) {
      assign();
    } else if (now - refreshed < FRESH.toNanos()) {
      return;
    }
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, LIMIT);
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (isBehind(ends)) {
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
        add(record);
      }
      if (System.nanoTime() > deadline) {
        throw new TimeoutException(topic + " cannot be read to its end");
      }
    }
    refreshed = now;
  }

  private void assign() {
    List<TopicPartition> found = TopicPartitions.of(consumer, topic, LIMIT);
    consumer.assign(found);
    consumer.seekToBeginning(found);
    partitions = found;
  }

  private boolean isBehind(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey(), LIMIT) < end.getValue());
  }

  private void add(ConsumerRecord<String, byte[]> record) throws InterruptedException {
    try {
      dev.watchword.schemas.Prompt version =
          decoder.decode(record, dev.watchword.schemas.Prompt.class);
      if (version != null) {
        book.add(version);
      }
    } catch (BadRecordException | IllegalArgumentException e) {
      log.atWarn()
          .addKeyValue("prompt", record.key())
          .addKeyValue("error", e.getMessage())
          .log("a prompt cannot be asked and is left out");
    }
  }

  @Override
  public void close() {
    consumer.close();
    decoder.close();
  }
}
