package dev.watchword.system;

import dev.watchword.app.embedded.EmbeddedKafka;
import dev.watchword.app.embedded.EmbeddedRegistry;
import dev.watchword.schemas.Topic;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.RecordDecoder;
import io.prometheus.client.CollectorRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** A broker and a registry that the services under test share, and a reader of what they wrote. */
public final class Broker implements AutoCloseable {
  private final EmbeddedKafka kafka;
  private final EmbeddedRegistry registry;

  private Broker(EmbeddedKafka kafka, EmbeddedRegistry registry) {
    this.kafka = kafka;
    this.registry = registry;
  }

  public static Broker start(Path directory) throws Exception {
    EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
    return new Broker(kafka, EmbeddedRegistry.start(kafka.bootstrapServers(), 0));
  }

  /** The lines of a configuration file that point at this broker. */
  public String yaml() {
    return "kafka:\n  bootstrap.servers: "
        + kafka.bootstrapServers()
        + "\nregistry:\n  url: "
        + registry.url()
        + "\n";
  }

  public KafkaSettings settings() {
    return KafkaSettings.from(
            ConfigFile.parse("test.yaml", "", name -> null), new CollectorRegistry())
        .at(kafka.bootstrapServers(), registry.url());
  }

  /** Everything that was committed to the topic, oldest first in each partition. */
  public <T> List<T> read(Topic topic, Class<T> type) throws Exception {
    return readAll(settings(), topic, type);
  }

  /** As the other, by key. */
  public <T> Map<String, List<T>> readKeyed(Topic topic, Class<T> type) throws Exception {
    Map<String, List<T>> values = new HashMap<>();
    readAll(
        settings(),
        topic,
        type,
        (key, value) -> values.computeIfAbsent(key, any -> new ArrayList<>()).add(value));
    return values;
  }

  public static <T> List<T> readAll(KafkaSettings settings, Topic topic, Class<T> type)
      throws Exception {
    List<T> values = new ArrayList<>();
    readAll(settings, topic, type, (key, value) -> values.add(value));
    return values;
  }

  private static <T> void readAll(
      KafkaSettings settings, Topic topic, Class<T> type, BiConsumer<String, T> values)
      throws Exception {
    try (KafkaConsumer<String, byte[]> consumer =
            new KafkaConsumer<>(settings.consumer("test", "", Map.of()));
        RecordDecoder decoder = settings.decoder()) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(settings.name(topic)).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream()
          .anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          values.accept(record.key(), decoder.decode(record, type));
        }
      }
    }
  }

  @Override
  public void close() throws Exception {
    registry.close();
    kafka.close();
  }
}
