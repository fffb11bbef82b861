package dev.watchword.inference;

import dev.watchword.schemas.Ids;
import dev.watchword.schemas.ReplayFrame;
import dev.watchword.schemas.SampledFrame;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** A record of a topic with frames, and when it was polled (monotonic nanoseconds). */
sealed interface Received {
  ConsumerRecord<String, byte[]> source();

  long polledNanos();

  /** Whether it was spooled while the broker was away, and is not live. */
  boolean late();

  default TopicPartition partition() {
    return new TopicPartition(source().topic(), source().partition());
  }

  record Frame(
      ConsumerRecord<String, byte[]> source, long polledNanos, boolean late, SampledFrame frame)
      implements Received {
    String camera() {
      return frame.getId().getCamera();
    }

    /** Under which its answers are published. */
    String key() {
      ReplayFrame replay = frame.getReplay();
      return replay == null ? camera() : Ids.replayKey(replay.getId(), camera());
    }
  }

  /**
   * @param reason one sentence
   */
  record Unreadable(
      ConsumerRecord<String, byte[]> source, long polledNanos, boolean late, String reason)
      implements Received {}
}
