package dev.watchword.ingest.placement;

import dev.watchword.schemas.Camera;
import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.LatestRecords;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Reads and writes the cameras that there are, outside of any group. Thread-safe. */
public final class CameraTopic {
  private static final int LIMIT_MILLIS = 5_000;

  private final KafkaSettings kafka;

  public CameraTopic(KafkaSettings kafka) {
    this.kafka = kafka;
  }

  /**
   * The entries by id, removed ones included.
   *
   * @throws KafkaException when Kafka does not answer
   */
  public Map<String, Camera> read() throws InterruptedException {
    return LatestRecords.read(kafka, Topic.CAMERAS, Camera.class);
  }

  /**
   * Writes entries, by id; null deletes one. Returns when Kafka has them.
   *
   * @throws KafkaException when Kafka or the registry does not take them
   */
  public void write(Map<String, Camera> entries) throws InterruptedException {
    Map<String, Object> settings =
        kafka.producer(
            "cameras",
            Map.of(
                ProducerConfig.LINGER_MS_CONFIG, 0,
                ProducerConfig.MAX_BLOCK_MS_CONFIG, LIMIT_MILLIS,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, LIMIT_MILLIS,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, LIMIT_MILLIS));
    String topic = kafka.name(Topic.CAMERAS);
    try (KafkaProducer<String, SpecificRecord> producer = new KafkaProducer<>(settings)) {
      for (Map.Entry<String, Camera> entry : entries.entrySet()) {
        producer.send(new ProducerRecord<>(topic, entry.getKey(), entry.getValue())).get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException failure
          ? failure
          : new KafkaException(e.getCause());
    }
  }
}
