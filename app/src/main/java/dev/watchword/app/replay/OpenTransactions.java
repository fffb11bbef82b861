package dev.watchword.app.replay;

import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.TopicPartitions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Waits for the transactions of others. Readers see a partition up to the first open transaction,
 * and that of a process that was killed stays open until its time is over: what was committed
 * behind it is there, and not yet seen.
 */
final class OpenTransactions {
  /** Longer than the time that any of our producers gives its transactions. */
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final int PAUSE_MILLIS = 200;

  private OpenTransactions() {}

  /** Returns once all that is on the topic now can be read. */
  static void await(KafkaSettings kafka, Topic topic) throws InterruptedException {
    try (KafkaConsumer<String, byte[]> committed =
            new KafkaConsumer<>(kafka.consumer("settled", "", Map.of()));
        KafkaConsumer<String, byte[]> all =
            new KafkaConsumer<>(
                kafka.consumer(
                    "written",
                    "",
                    Map.of(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted")))) {
      List<TopicPartition> partitions = TopicPartitions.of(all, kafka.name(topic), ANSWER);
      Map<TopicPartition, Long> written = all.endOffsets(partitions, ANSWER);
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (isBehind(committed.endOffsets(partitions, ANSWER), written)) {
        if (System.nanoTime() > deadline) {
          throw new TimeoutException("a transaction on " + kafka.name(topic) + " does not end");
        }
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      }
    }
  }

  private static boolean isBehind(
      Map<TopicPartition, Long> settled, Map<TopicPartition, Long> written) {
    return written.entrySet().stream()
        .anyMatch(end -> settled.getOrDefault(end.getKey(), 0L) < end.getValue());
  }
}
