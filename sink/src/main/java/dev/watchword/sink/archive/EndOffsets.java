package dev.watchword.sink.archive;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** Asks where partitions end now. */
interface EndOffsets {
  /**
   * @return the offset behind the last record of each, those of open transactions included
   * @throws org.apache.kafka.common.KafkaException when the broker does not answer
   */
  Map<TopicPartition, Long> of(Set<TopicPartition> partitions) throws InterruptedException;
}
