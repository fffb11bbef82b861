package dev.watchword.inference;

import dev.watchword.schemas.SampledFrame;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** A record of topic {@code frames}, and when it was polled (monotonic nanoseconds). */
sealed interface Received {
  ConsumerRecord<String, byte[]> source();

  long polledNanos();

  default TopicPartition partition() {
    return new TopicPartition(source().topic(), source().partition());
  }

  record Frame(ConsumerRecord<String, byte[]> source, long polledNanos, SampledFrame frame)
      implements Received {
    String camera() {
      return frame.getId().getCamera();
    }
  }

  /**
   * @param reason one sentence
   */
  record Unreadable(ConsumerRecord<String, byte[]> source, long polledNanos, String reason)
      implements Received {}
}
