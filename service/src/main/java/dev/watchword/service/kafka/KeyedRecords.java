package dev.watchword.service.kafka;

import dev.watchword.schemas.Topic;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;

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
    if (!records.isEmpty()) {
      writeAtOnce(kafka, topic, records, () -> records);
    }
  }

  /**
   * As the other, for records that tell a time: first all is done that takes long in a process that
   * has just started, then the records are made.
   *
   * @param like records of the same classes, which are not written
   */
  public static void writeAtOnce(
      KafkaSettings kafka, Topic topic, Map<String, ?> like, Supplier<Map<String, ?>> records)
      throws InterruptedException {
    String name = kafka.name(topic);
    Map<String, Object> settings =
        kafka.producer(
            topic.name(""),
            Map.of(
                ProducerConfig.LINGER_MS_CONFIG, 0,
                ProducerConfig.MAX_BLOCK_MS_CONFIG, LIMIT_MILLIS,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, LIMIT_MILLIS,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, LIMIT_MILLIS));
    Serializer<Object> serializer = serializer(settings);
    try (KafkaProducer<String, Object> producer =
        new KafkaProducer<>(settings, new StringSerializer(), serializer)) {
      like.values().stream()
          .filter(Objects::nonNull)
          .forEach(record -> serializer.serialize(name, record));
      producer.partitionsFor(name);
      for (Map.Entry<String, ?> entry : records.get().entrySet()) {
        producer.send(new ProducerRecord<>(name, entry.getKey(), entry.getValue())).get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException failure
          ? failure
          : new KafkaException(e.getCause());
    }
  }

  @SuppressWarnings("unchecked") // A serializer of whatever the class takes; ours take any record.
  private static Serializer<Object> serializer(Map<String, Object> settings) {
    String name = String.valueOf(settings.get(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG));
    try {
      Serializer<Object> serializer = Utils.newInstance(name, Serializer.class);
      serializer.configure(settings, false);
      return serializer;
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException(
          "value.serializer names " + name + ", which is not on the class path", e);
    }
  }
}
