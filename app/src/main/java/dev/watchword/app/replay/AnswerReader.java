package dev.watchword.app.replay;

import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Replay;
import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.service.kafka.RecordDecoder.BadRecordException;
import dev.watchword.service.kafka.TopicPartitions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads the answers of one replay, from its beginning. Used by one thread. */
final class AnswerReader implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(100);

  /** The broker's clock is not ours. */
  private static final Duration SKEW = Duration.ofMinutes(10);

  private final KafkaSettings kafka;
  private final String prefix;
  private final KafkaConsumer<String, byte[]> consumer;
  private final RecordDecoder decoder;
  private final List<TopicPartition> partitions;

  AnswerReader(KafkaSettings kafka, Replay replay) {
    this.kafka = kafka;
    prefix = replay.getId() + "/";
    consumer = new KafkaConsumer<>(kafka.consumer("replay-answers", "", Map.of()));
    decoder = kafka.decoder();
    try {
      partitions = TopicPartitions.of(consumer, kafka.name(Topic.DETECTIONS_REPLAY), LIMIT);
      consumer.assign(partitions);
      seek(replay.getCreatedAt().minus(SKEW));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void seek(Instant since) {
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(partition -> times.put(partition, since.toEpochMilli()));
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, LIMIT);
    Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times, LIMIT);
    ends.forEach(
        (partition, end) -> {
          OffsetAndTimestamp first = found.get(partition);
          consumer.seek(partition, first == null ? end : first.offset());
        });
  }

  /** All that there is up to now, in the order of each camera. */
  List<FrameDetections> present() throws InterruptedException {
    OpenTransactions.await(kafka, Topic.DETECTIONS_REPLAY);
    List<FrameDetections> answers = new ArrayList<>();
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, LIMIT);
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey(), LIMIT) < end.getValue())) {
      if (add(POLL, answers) > 0) {
        deadline = System.nanoTime() + LIMIT.toNanos();
      }
      if (System.nanoTime() > deadline) {
        throw new TimeoutException("the answers of the replay cannot be read to their end");
      }
    }
    return answers;
  }

  /** Waits at most so long for the next ones. */
  List<FrameDetections> poll(Duration patience) throws InterruptedException {
    List<FrameDetections> answers = new ArrayList<>();
    add(patience, answers);
    return answers;
  }

  private int add(Duration patience, List<FrameDetections> answers) throws InterruptedException {
    int records = 0;
    for (ConsumerRecord<String, byte[]> record : consumer.poll(patience)) {
      records++;
      if (record.key() != null && record.key().startsWith(prefix)) {
        try {
          answers.add(decoder.decode(record, FrameDetections.class));
        } catch (BadRecordException e) {
          // The archive sets it aside; here it is an answer that never came.
        }
      }
    }
    return records;
  }

  @Override
  public void close() {
    consumer.close();
    decoder.close();
  }
}
