package dev.watchword.inference;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;

/** A consumer over logs that stay, so that what was rewound is polled again. */
final class FramesConsumer extends MockConsumer<String, byte[]> {
  static final String TOPIC = "watchword.frames";
  static final String LATE = "watchword.frames-late";

  private final Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> logs = new HashMap<>();
  private final Map<TopicPartition, Integer> starts = new HashMap<>();

  FramesConsumer() {
    super("earliest");
  }

  static TopicPartition partition(int partition) {
    return new TopicPartition(TOPIC, partition);
  }

  static TopicPartition latePartition(int partition) {
    return new TopicPartition(LATE, partition);
  }

  void assign(int... partitions) {
    List<TopicPartition> assigned = new ArrayList<>();
    for (int partition : partitions) {
      assigned.add(partition(partition));
      assigned.add(latePartition(partition));
      updateBeginningOffsets(Map.of(partition(partition), 0L, latePartition(partition), 0L));
    }
    rebalance(assigned);
  }

  /** Retention deletes what comes before the offset. */
  void expire(TopicPartition partition, int before) {
    starts.put(partition, before);
  }

  void append(TopicPartition partition, String key, byte[] value, long timestamp) {
    List<ConsumerRecord<String, byte[]>> log =
        logs.computeIfAbsent(partition, tp -> new ArrayList<>());
    log.add(
        new ConsumerRecord<>(
            partition.topic(),
            partition.partition(),
            log.size(),
            timestamp,
            org.apache.kafka.common.record.TimestampType.CREATE_TIME,
            0,
            value == null ? -1 : value.length,
            key,
            value,
            new org.apache.kafka.common.header.internals.RecordHeaders(),
            java.util.Optional.empty()));
  }

  @Override
  public synchronized ConsumerRecords<String, byte[]> poll(Duration timeout) {
    super.poll(timeout);
    Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> polled = new TreeMap<>(BY_NUMBER);
    for (TopicPartition partition : assignment()) {
      List<ConsumerRecord<String, byte[]>> log = logs.getOrDefault(partition, List.of());
      int position = Math.max((int) position(partition), starts.getOrDefault(partition, 0));
      if (!paused().contains(partition) && position < log.size()) {
        polled.put(partition, List.copyOf(log.subList(position, log.size())));
        seek(partition, log.size());
      }
    }
    return new ConsumerRecords<>(polled, Map.of());
  }

  private static final java.util.Comparator<TopicPartition> BY_NUMBER =
      java.util.Comparator.comparingInt(TopicPartition::partition)
          .thenComparing(TopicPartition::topic);
}
