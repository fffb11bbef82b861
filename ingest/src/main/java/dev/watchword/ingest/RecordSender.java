package dev.watchword.ingest;

import java.util.ArrayDeque;
import java.util.Queue;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Sends records that are few and must not be lost while the broker is away: they wait, at most
 * {@value #MOST}, until a later one or {@link #sendAgain()} takes them along. Safe for use by many
 * threads.
 */
final class RecordSender {
  static final int MOST = 10_000;

  private final Producer<String, SpecificRecord> producer;
  private final String topic;
  private final Runnable lost;
  private final Queue<ProducerRecord<String, SpecificRecord>> waiting = new ArrayDeque<>();

  /**
   * @param lost runs for each record that finds no room to wait
   */
  RecordSender(Producer<String, SpecificRecord> producer, String topic, Runnable lost) {
    this.producer = producer;
    this.topic = topic;
    this.lost = lost;
  }

  void send(String camera, SpecificRecord value) {
    sendAgain();
    send(new ProducerRecord<>(topic, camera, value));
  }

  /** Sends what waits; stops at the first that fails at once. */
  void sendAgain() {
    for (ProducerRecord<String, SpecificRecord> record = next(); record != null; record = next()) {
      if (!send(record)) {
        return;
      }
    }
  }

  private boolean send(ProducerRecord<String, SpecificRecord> record) {
    try {
      producer.send(
          record,
          (metadata, error) -> {
            if (error != null) {
              await(record);
            }
          });
      return true;
    } catch (RuntimeException e) {
      await(record);
      return false;
    }
  }

  private synchronized ProducerRecord<String, SpecificRecord> next() {
    return waiting.poll();
  }

  private synchronized void await(ProducerRecord<String, SpecificRecord> record) {
    if (waiting.size() >= MOST) {
      lost.run();
    } else {
      waiting.add(record);
    }
  }

  /** How many records wait. */
  synchronized int size() {
    return waiting.size();
  }
}
