package dev.watchword.sink.archive;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What a partition's records are gathered in now: consecutive records with one bucket of broker
 * time, so that the files made of it follow from the topic alone. Holds the records as they came,
 * which takes a fraction of the room of their rows.
 */
final class OpenBucket {
  private final TopicPartition partition;
  private final long startMillis;
  private final long lengthMillis;
  private final Map<String, List<ConsumerRecord<String, byte[]>>> byCamera = new TreeMap<>();
  private final List<Future<?>> deadLetters = new ArrayList<>();
  private int rows;
  private long nextOffset;
  private long closableFrom = -1;

  OpenBucket(ConsumerRecord<?, ?> first, Duration rollEvery) {
    partition = new TopicPartition(first.topic(), first.partition());
    nextOffset = first.offset();
    lengthMillis = rollEvery.toMillis();
    startMillis = start(first);
  }

  TopicPartition partition() {
    return partition;
  }

  boolean holds(ConsumerRecord<?, ?> record) {
    return start(record) == startMillis;
  }

  private long start(ConsumerRecord<?, ?> record) {
    return Math.floorDiv(record.timestamp(), lengthMillis) * lengthMillis;
  }

  void add(ConsumerRecord<String, byte[]> record, String camera) {
    byCamera.computeIfAbsent(camera, key -> new ArrayList<>()).add(record);
    rows++;
    nextOffset = record.offset() + 1;
  }

  /** The record is in the bucket's range, but another topic keeps it. */
  void setAside(ConsumerRecord<?, ?> record, Future<?> deadLetter) {
    deadLetters.add(deadLetter);
    nextOffset = record.offset() + 1;
  }

  /** Records in the bucket's range, those set aside included. */
  int records() {
    return rows + deadLetters.size();
  }

  boolean isOver(Instant now, Duration margin) {
    return now.toEpochMilli() >= startMillis + lengthMillis + margin.toMillis();
  }

  /** Whether it is known what offset ends the bucket at the latest. */
  boolean hasEnd() {
    return closableFrom >= 0;
  }

  /**
   * @param endOffset the partition's end, asked for after the bucket was over
   */
  void end(long endOffset) {
    closableFrom = endOffset;
  }

  boolean isComplete(long position) {
    return hasEnd() && position >= closableFrom;
  }

  FinishedBucket finish() {
    LocalDate date = Instant.ofEpochMilli(startMillis).atOffset(ZoneOffset.UTC).toLocalDate();
    List<FinishedBucket.CameraRecords> cameras =
        byCamera.entrySet().stream()
            .map(entry -> new FinishedBucket.CameraRecords(entry.getKey(), entry.getValue()))
            .toList();
    return new FinishedBucket(partition, date, cameras, rows, nextOffset, List.copyOf(deadLetters));
  }
}
