package dev.watchword.sink.archive;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The file that a partition's records go into now: consecutive records with one bucket of broker
 * time, so that its content and name follow from the topic alone.
 */
final class OpenFile {
  private final TopicPartition partition;
  private final long firstOffset;
  private final long bucketStartMillis;
  private final long bucketMillis;
  private final ParquetRows rows;
  private final List<Future<?>> deadLetters = new ArrayList<>();
  private long nextOffset;
  private long closableFrom = -1;

  OpenFile(ConsumerRecord<?, ?> first, Duration rollEvery, Schema schema) {
    partition = new TopicPartition(first.topic(), first.partition());
    firstOffset = first.offset();
    nextOffset = first.offset();
    bucketMillis = rollEvery.toMillis();
    bucketStartMillis = bucketStart(first);
    rows = new ParquetRows(schema);
  }

  TopicPartition partition() {
    return partition;
  }

  boolean sameBucket(ConsumerRecord<?, ?> record) {
    return bucketStart(record) == bucketStartMillis;
  }

  private long bucketStart(ConsumerRecord<?, ?> record) {
    return Math.floorDiv(record.timestamp(), bucketMillis) * bucketMillis;
  }

  void add(ConsumerRecord<?, ?> record, GenericRecord row) {
    rows.add(row);
    nextOffset = record.offset() + 1;
  }

  /** The record is in the file's range, but another topic keeps it. */
  void setAside(ConsumerRecord<?, ?> record, Future<?> deadLetter) {
    deadLetters.add(deadLetter);
    nextOffset = record.offset() + 1;
  }

  /** Records in the file's range, those set aside included. */
  int records() {
    return rows.rows() + deadLetters.size();
  }

  boolean isOver(Instant now, Duration margin) {
    return now.toEpochMilli() >= bucketStartMillis + bucketMillis + margin.toMillis();
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

  FinishedFile finish() {
    String date =
        Instant.ofEpochMilli(bucketStartMillis).atOffset(ZoneOffset.UTC).toLocalDate().toString();
    String name =
        "detections/date=%s/part-%d-%020d.parquet"
            .formatted(date, partition.partition(), firstOffset);
    return new FinishedFile(
        partition, name, rows.rows(), rows.finish(), nextOffset, List.copyOf(deadLetters));
  }
}
