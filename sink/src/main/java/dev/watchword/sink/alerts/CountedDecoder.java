package dev.watchword.sink.alerts;

import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.service.kafka.RecordDecoder.BadRecordException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;

/**
 * The records of one topic, for a judge of rules: what cannot be read is counted and left out. Used
 * by one thread.
 */
final class CountedDecoder<T> {
  private final RecordDecoder decoder;
  private final String topic;
  private final Class<T> type;
  private final AlertMetrics metrics;
  private final String kind;

  /**
   * @param decoder closed by whoever made it
   * @param kind by which it is counted
   */
  CountedDecoder(
      RecordDecoder decoder, String topic, Class<T> type, AlertMetrics metrics, String kind) {
    this.decoder = decoder;
    this.topic = topic;
    this.type = type;
    this.metrics = metrics;
    this.kind = kind;
  }

  /** Null when the value cannot be read, and for a tombstone. */
  T decode(String key, byte[] value) {
    try {
      return decoder.decode(new ConsumerRecord<>(topic, 0, 0, key, value), type);
    } catch (BadRecordException e) {
      metrics.unreadable(kind);
      return null;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
