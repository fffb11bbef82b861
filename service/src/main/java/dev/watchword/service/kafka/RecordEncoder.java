package dev.watchword.service.kafka;

import java.time.Duration;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns generated classes into record values, for those who do not leave that to a producer. A
 * registry that is away is waited for. May be used by many threads.
 */
public final class RecordEncoder implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RecordEncoder.class);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final Serializer<Object> serializer;

  private RecordEncoder(Serializer<Object> serializer) {
    this.serializer = serializer;
  }

  /** An encoder over a serializer that is configured already; closes it when it is closed. */
  public static RecordEncoder with(Serializer<Object> serializer) {
    return new RecordEncoder(serializer);
  }

  @SuppressWarnings("unchecked")
  static RecordEncoder of(Map<String, Object> properties) {
    String className = String.valueOf(properties.get(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG));
    try {
      Serializer<Object> serializer = Utils.newInstance(className, Serializer.class);
      serializer.configure(properties, false);
      return new RecordEncoder(serializer);
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException(
          "value.serializer names " + className + ", which is not on the class path", e);
    }
  }

  /**
   * The record's bytes; null for null.
   *
   * @throws SerializationException when the registry refuses the record's schema
   * @throws InterruptException when the thread is stopped while the registry is away
   */
  public byte[] encode(String topic, SpecificRecord record) {
    boolean waited = false;
    while (true) {
      try {
        byte[] bytes = serializer.serialize(topic, record);
        if (waited) {
          log.info("schema registry is back");
        }
        return bytes;
      } catch (SerializationException e) {
        if (!RecordDecoder.isOutage(e)) {
          throw e;
        }
        if (!waited) {
          log.atWarn()
              .addKeyValue("error", e.getMessage())
              .log("schema registry is away, waiting for it");
          waited = true;
        }
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  @Override
  public void close() {
    serializer.close();
  }
}
