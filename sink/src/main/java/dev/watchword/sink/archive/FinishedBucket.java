package dev.watchword.sink.archive;

import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Records that are ready to be stored, a file for each camera.
 *
 * @param date that the bucket began on
 * @param cameras may be empty, when all records were set aside: then there is nothing to store
 * @param nextOffset to be committed once all files are stored
 * @param deadLetters must be acknowledged before that
 */
record FinishedBucket(
    TopicPartition partition,
    LocalDate date,
    List<CameraRecords> cameras,
    int rows,
    long nextOffset,
    List<Future<?>> deadLetters) {

  /**
   * The records of one camera.
   *
   * @param records at least one, in the order of their offsets
   */
  record CameraRecords(String camera, List<ConsumerRecord<String, byte[]>> records) {}

  int records() {
    return rows + deadLetters.size();
  }

  /** The name of a camera's file. */
  String name(CameraRecords camera, ArchivedTable table) {
    return "%s/date=%s/camera=%s/part-%d-%020d.parquet"
        .formatted(
            table.directory(),
            date,
            camera.camera(),
            partition.partition(),
            camera.records().get(0).offset());
  }
}
