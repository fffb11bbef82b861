package dev.watchword.service.kafka;

import dev.watchword.schemas.DeadLetter;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;

/** Makes the records that keep what could not be worked on. Thread-safe. */
public final class DeadLetters {
  /** Leaves room for the other fields under the dead-letter topics' limit of 16 MiB. */
  private static final int MAX_VALUE_BYTES = 15 << 20;

  private DeadLetters() {}

  /**
   * @param error one sentence
   * @return the letter; without the value when that is too large to be sent on
   */
  public static DeadLetter of(
      ConsumerRecord<String, byte[]> source, String error, String service, Instant now) {
    byte[] value = source.value();
    boolean fits = value != null && value.length <= MAX_VALUE_BYTES;
    return DeadLetter.newBuilder()
        .setTopic(source.topic())
        .setPartition(source.partition())
        .setOffset(source.offset())
        .setError(error)
        .setService(service)
        .setAt(now)
        .setValue(fits ? ByteBuffer.wrap(value) : null)
        .build();
  }

  /**
   * Waits until Kafka has a letter.
   *
   * @throws KafkaException when Kafka does not take it
   */
  public static void await(Future<?> letter) throws InterruptedException {
    try {
      letter.get();
    } catch (ExecutionException e) {
      throw new KafkaException("a dead letter was not taken", e.getCause());
    }
  }
}
