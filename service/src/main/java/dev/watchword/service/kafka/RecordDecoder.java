package dev.watchword.service.kafka;

import dev.watchword.schemas.wire.RegistryUnreachableException;
import java.net.SocketException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns raw record values into generated classes. A registry that is away is waited for (this is
 * the one place that retries it); a value that no schema fits is a {@link BadRecordException}. Used
 * by one thread.
 */
public final class RecordDecoder implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RecordDecoder.class);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final Deserializer<?> deserializer;

  private RecordDecoder(Deserializer<?> deserializer) {
    this.deserializer = deserializer;
  }

  /** A decoder over a deserializer that is configured already; closes it when it is closed. */
  public static RecordDecoder with(Deserializer<?> deserializer) {
    return new RecordDecoder(deserializer);
  }

  static RecordDecoder of(Map<String, Object> properties) {
    String className =
        String.valueOf(properties.get(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG));
    try {
      Deserializer<?> deserializer = Utils.newInstance(className, Deserializer.class);
      deserializer.configure(properties, false);
      return new RecordDecoder(deserializer);
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException(
          "value.deserializer names " + className + ", which is not on the class path", e);
    }
  }

  /**
   * The record's value as {@code type}; null for a tombstone.
   *
   * @throws BadRecordException when the bytes cannot be read as {@code type}
   * @throws InterruptedException when the thread is stopped while the registry is away
   */
  public <T> T decode(ConsumerRecord<?, byte[]> record, Class<T> type)
      throws BadRecordException, InterruptedException {
    boolean waited = false;
    while (true) {
      try {
        Object value = deserializer.deserialize(record.topic(), record.headers(), record.value());
        if (waited) {
          log.info("schema registry is back");
        }
        return type.cast(value);
      } catch (SerializationException e) {
        if (!isOutage(e)) {
          throw new BadRecordException(sentence(e), e);
        }
        if (!waited) {
          log.atWarn()
              .addKeyValue("error", sentence(e))
              .log("schema registry is away, waiting for it");
          waited = true;
        }
        Thread.sleep(PAUSE);
      } catch (RuntimeException e) {
        throw new BadRecordException(sentence(e), e);
      }
    }
  }

  /** Ours says so by its type; with Confluent's deserializer the reason is deeper. */
  static boolean isOutage(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof RegistryUnreachableException
          || cause instanceof SocketException
          || cause instanceof HttpTimeoutException) {
        return true;
      }
    }
    return false;
  }

  private static String sentence(Throwable error) {
    return error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
  }

  @Override
  public void close() {
    deserializer.close();
  }

  /** A record that no retry can make readable. */
  public static final class BadRecordException extends Exception {
    private static final long serialVersionUID = 1L;

    BadRecordException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
