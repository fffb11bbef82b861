package dev.watchword.sink.archive;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Asks the broker. Not the consumer: one that reads committed records is told the last stable
 * offset, behind which records of the same bucket may wait for their transaction's end.
 */
final class BrokerEndOffsets implements EndOffsets, AutoCloseable {
  private static final int LIMIT_MILLIS = 5_000;

  private final Admin admin;

  BrokerEndOffsets(Admin admin) {
    this.admin = admin;
  }

  @Override
  public Map<TopicPartition, Long> of(Set<TopicPartition> partitions) throws InterruptedException {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    partitions.forEach(partition -> asked.put(partition, OffsetSpec.latest()));
    ListOffsetsOptions options = new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED);
    try {
      Map<TopicPartition, Long> ends = new HashMap<>();
      admin
          .listOffsets(asked, options.timeoutMs(LIMIT_MILLIS))
          .all()
          .get()
          .forEach((partition, end) -> ends.put(partition, end.offset()));
      return ends;
    } catch (ExecutionException e) {
      throw new KafkaException("end offsets cannot be had", e.getCause());
    }
  }

  @Override
  public void close() {
    admin.close(java.time.Duration.ZERO);
  }
}
