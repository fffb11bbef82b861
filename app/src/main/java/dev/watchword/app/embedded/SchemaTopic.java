package dev.watchword.app.embedded;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The compacted topic, of one partition, that holds the registry's state. Keys and values are text;
 * a null value deletes. One writer at a time.
 */
final class SchemaTopic implements AutoCloseable {
  static final String NAME = "_schemas";
  private static final TopicPartition PARTITION = new TopicPartition(NAME, 0);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String bootstrapServers;
  private final KafkaProducer<String, String> producer;

  private SchemaTopic(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "acks",
                "all",
                "max.block.ms",
                (int) PATIENCE.toMillis(),
                "request.timeout.ms",
                5000,
                "delivery.timeout.ms",
                (int) PATIENCE.toMillis()),
            new StringSerializer(),
            new StringSerializer());
  }

  /** Creates the topic when it is missing. */
  static SchemaTopic open(String bootstrapServers) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      NewTopic topic =
          new NewTopic(NAME, 1, (short) 1).configs(Map.of("cleanup.policy", "compact"));
      admin.createTopics(List.of(topic)).all().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw unreachable(bootstrapServers, e.getCause());
      }
    } catch (TimeoutException e) {
      throw unreachable(bootstrapServers, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable(bootstrapServers, e);
    }
    return new SchemaTopic(bootstrapServers);
  }

  /** Hands over each key and value from the first to the last record that is there now. */
  void read(BiConsumer<String, String> sink) {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            bootstrapServers,
            "enable.auto.commit",
            false,
            "default.api.timeout.ms",
            (int) PATIENCE.toMillis());
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(PARTITION));
      consumer.seekToBeginning(List.of(PARTITION));
      long end = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
      while (consumer.position(PARTITION) < end) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
          sink.accept(record.key(), record.value());
        }
      }
    }
  }

  /** Returns when the record is in the topic. */
  void append(String key, String value) {
    try {
      producer.send(new ProducerRecord<>(NAME, 0, key, value)).get();
    } catch (ExecutionException e) {
      throw RegistryError.storeFailed(e.getCause().getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw RegistryError.storeFailed("interrupted");
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(1));
  }

  private static IllegalStateException unreachable(String bootstrapServers, Throwable cause) {
    return new IllegalStateException(
        "The schema registry cannot create its topic %s on Kafka at %s: %s"
            .formatted(NAME, bootstrapServers, cause),
        cause);
  }
}
