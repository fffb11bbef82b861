package dev.watchword.sink.archive;

import java.util.List;
import java.util.concurrent.Future;
import org.apache.kafka.common.TopicPartition;

/**
 * A file that is ready to be stored.
 *
 * @param rows may be 0, when all its records were set aside: then there is nothing to store
 * @param nextOffset to be committed once the file is stored
 * @param deadLetters must be acknowledged before that
 */
record FinishedFile(
    TopicPartition partition,
    String name,
    int rows,
    byte[] bytes,
    long nextOffset,
    List<Future<?>> deadLetters) {
  int records() {
    return rows + deadLetters.size();
  }
}
