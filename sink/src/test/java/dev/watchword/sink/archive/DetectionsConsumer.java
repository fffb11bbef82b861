package dev.watchword.sink.archive;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** A consumer over a topic that stays, polled in portions of a chosen size. */
final class DetectionsConsumer extends MockConsumer<String, byte[]> {
  /** Logs by partition, which outlive the consumer. */
  static final class Log {
    static final String TOPIC = "watchword.detections";
    private final Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> records =
        new HashMap<>();
    private final Map<TopicPartition, Long> committed = new HashMap<>();

    static TopicPartition partition(int partition) {
      return new TopicPartition(TOPIC, partition);
    }

    void append(int partition, String key, byte[] value, long appendedMillis) {
      List<ConsumerRecord<String, byte[]>> log = of(partition(partition));
      log.add(
          new ConsumerRecord<>(
              TOPIC,
              partition,
              log.size(),
              appendedMillis,
              TimestampType.LOG_APPEND_TIME,
              0,
              value == null ? -1 : value.length,
              key,
              value,
              new RecordHeaders(),
              Optional.empty()));
    }

    Map<TopicPartition, Long> ends(Set<TopicPartition> partitions) {
      Map<TopicPartition, Long> ends = new HashMap<>();
      partitions.forEach(partition -> ends.put(partition, (long) of(partition).size()));
      return ends;
    }

    /** The same records, nothing committed. */
    Log copy() {
      Log copy = new Log();
      records.forEach((partition, log) -> copy.of(partition).addAll(log));
      return copy;
    }

    long committed(int partition) {
      return committed.getOrDefault(partition(partition), 0L);
    }

    private List<ConsumerRecord<String, byte[]>> of(TopicPartition partition) {
      return records.computeIfAbsent(partition, key -> new ArrayList<>());
    }
  }

  private static final Comparator<TopicPartition> BY_NUMBER =
      Comparator.comparingInt(TopicPartition::partition);

  private final Log log;
  private final IntSupplier portion;
  private boolean commitsFail;

  DetectionsConsumer(Log log, IntSupplier portion) {
    super("earliest");
    this.log = log;
    this.portion = portion;
  }

  void assign(int... partitions) {
    List<TopicPartition> assigned = new ArrayList<>();
    for (int partition : partitions) {
      assigned.add(Log.partition(partition));
      updateBeginningOffsets(Map.of(Log.partition(partition), log.committed(partition)));
    }
    rebalance(assigned);
  }

  void failCommits(boolean fail) {
    commitsFail = fail;
  }

  @Override
  public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
    if (commitsFail) {
      throw new TimeoutException("no coordinator");
    }
    super.commitSync(offsets);
    offsets.forEach((partition, offset) -> log.committed.put(partition, offset.offset()));
  }

  @Override
  public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
      Set<TopicPartition> partitions, Duration timeout) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    partitions.forEach(
        partition -> {
          Long offset = log.committed.get(partition);
          offsets.put(partition, offset == null ? null : new OffsetAndMetadata(offset));
        });
    return offsets;
  }

  @Override
  public synchronized ConsumerRecords<String, byte[]> poll(Duration timeout) {
    super.poll(timeout);
    Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> polled = new TreeMap<>(BY_NUMBER);
    for (TopicPartition partition : assignment()) {
      List<ConsumerRecord<String, byte[]>> records = log.of(partition);
      int from = (int) position(partition);
      int to = Math.min(records.size(), from + portion.getAsInt());
      if (!paused().contains(partition) && from < to) {
        polled.put(partition, List.copyOf(records.subList(from, to)));
        seek(partition, to);
      }
    }
    return new ConsumerRecords<>(polled, Map.of());
  }
}
