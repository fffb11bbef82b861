package dev.watchword.ingest.placement;

import dev.watchword.schemas.Camera;
import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.KeyedRecords;
import dev.watchword.service.kafka.LatestRecords;
import java.util.Map;
import org.apache.kafka.common.KafkaException;

/** Reads and writes the cameras that there are, outside of any group. Thread-safe. */
public final class CameraTopic {
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
    KeyedRecords.write(kafka, Topic.CAMERAS, entries);
  }
}
