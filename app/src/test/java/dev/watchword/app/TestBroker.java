package dev.watchword.app;

import dev.watchword.app.embedded.EmbeddedKafka;
import dev.watchword.app.embedded.EmbeddedRegistry;
import dev.watchword.schemas.Topic;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.service.kafka.TopicSetup;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** A real broker and registry with all topics; the broker can go and come back. */
final class TestBroker implements AutoCloseable {
  private final Path directory;
  private final int port;
  private EmbeddedKafka kafka;
  private final EmbeddedRegistry registry;

  TestBroker(Path directory) throws Exception {
    this.directory = directory.resolve("kafka");
    this.kafka = EmbeddedKafka.start(this.directory, 0);
    String address = kafka.bootstrapServers();
    this.port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
    this.registry = EmbeddedRegistry.start(address, 0);
    TopicSetup.createMissing(settings("", new CollectorRegistry()));
  }

  /**
   * Settings of a client.
   *
   * @param yaml further keys of the file
   */
  KafkaSettings settings(String yaml, CollectorRegistry metrics) {
    return KafkaSettings.from(ConfigFile.parse("test.yaml", yaml, name -> null), metrics)
        .at(address(), registry.url());
  }

  /**
   * A configuration file for commands.
   *
   * @param more its lines beside those that name the broker, the registry and a prompt
   */
  Path config(Path file, String more) throws IOException {
    return Files.writeString(
        file,
        "kafka: {bootstrap.servers: '%s'}%nregistry: {url: '%s'}%nprompts: {p: {text: detect person}}%n%s%n"
            .formatted(address(), registryUrl(), more));
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  String registryUrl() {
    return registry.url();
  }

  void stop() {
    kafka.close();
    kafka = null;
  }

  void restart() {
    kafka = EmbeddedKafka.start(directory, port);
  }

  /** Everything on the topic, oldest first in each partition. */
  <T> List<T> read(Topic topic, Class<T> type) throws Exception {
    KafkaSettings settings = settings("", new CollectorRegistry());
    List<T> values = new ArrayList<>();
    try (RecordDecoder decoder = settings.decoder()) {
      for (ConsumerRecord<String, byte[]> record : records(settings, topic)) {
        values.add(decoder.decode(record, type));
      }
    }
    return values;
  }

  /** As {@link #read}, undecoded. */
  List<ConsumerRecord<String, byte[]>> records(KafkaSettings settings, Topic topic) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(settings.consumer("test", "", Map.of()))) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(settings.name(topic)).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream()
          .anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }

  static void await(String what, Duration limit, BooleanSupplier condition) {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited " + limit.toSeconds() + " s in vain for " + what);
      }
      LockSupport.parkNanos(20_000_000);
    }
  }

  @Override
  public void close() throws Exception {
    registry.close();
    if (kafka != null) {
      kafka.close();
    }
  }
}
