package dev.watchword.service.kafka;

import dev.watchword.schemas.Topic;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Writes a few records to a compacted topic, as a person's command does. */
public final class KeyedRecords {
  private static final int LIMIT_MILLIS = 5_000;

  private KeyedRecords() {}

  /**
   * Returns when Kafka has them all.
   *
   * @param records by key; null deletes one
   * @throws KafkaException when Kafka or the registry does not take them within some seconds
   */
  public static void write(KafkaSettings kafka, Topic topic, Map<String, ?> records)
      throws InterruptedException {
    if (records.isEmpty()) {
      return;
    }
    String name = kafka.name(topic);
    Map<String, Object> settings =
        kafka.producer(
            topic.name(""),
            Map.of(
                ProducerConfig.LINGER_MS_CONFIG, 0,
                ProducerConfig.MAX_BLOCK_MS_CONFIG, LIMIT_MILLIS,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, LIMIT_MILLIS,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, LIMIT_MILLIS));
    try (KafkaProducer<String, Object> producer = new KafkaProducer<>(settings)) {
      for (Map.Entry<String, ?> entry : records.entrySet()) {
        producer.send(new ProducerRecord<>(name, entry.getKey(), entry.getValue())).get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException failure
          ? failure
          : new KafkaException(e.getCause());
    }
  }
}
