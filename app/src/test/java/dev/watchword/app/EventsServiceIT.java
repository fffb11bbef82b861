package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.schemas.Topic;
import dev.watchword.schemas.wire.GeneratedRecords;
import dev.watchword.service.Health;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.sink.events.EventsConfig;
import dev.watchword.sink.events.EventsService;
import dev.watchword.storage.StorageConfig;
import io.prometheus.client.CollectorRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The events service on a real broker, and what the command line shows of it. */
class EventsServiceIT {
  static {
    GeneratedRecords.trust();
  }

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Instant BEGAN = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir private Path directory;
  private final List<Throwable> bugs = new CopyOnWriteArrayList<>();
  private TestBroker broker;

  @BeforeEach
  void start() throws Exception {
    broker = new TestBroker(directory);
  }

  @AfterEach
  void stop() throws Exception {
    broker.close();
    assertThat(bugs).isEmpty();
  }

  @Test
  void tailShowsTheEventsThatTheServiceTells() throws Exception {
    KafkaSettings settings = broker.settings("", new CollectorRegistry());
    Path file = directory.resolve("watchword.yaml");
    Files.writeString(
        file,
        "kafka: {bootstrap.servers: '%s'}\nregistry: {url: '%s'}\nprompts: {people: {text: detect person}}\n"
            .formatted(broker.address(), broker.registryUrl()));
    try (EventsService events = events(settings)) {
      events.start();
      TestBroker.await("the service", LIMIT, () -> events.health().ok());
      send(settings, 4);

      CommandLineRun tail =
          CommandLineRun.of(
              "tail", "--events", "--from-beginning", "--count", "1", "-c", file.toString());

      assertThat(tail.exitCode()).isZero();
      assertThat(tail.out())
          .contains("\"phase\":\"START\"", "\"camera\":\"gate\"", "\"label\":\"person\"")
          .contains("\"start\":\"2026-03-01T12:00:00Z\"")
          .doesNotContain("\"cause\"");
      assertThat(events.health()).isEqualTo(Health.up("running"));
    }
  }

  @Test
  void goesOnWhenTheBrokerComesBack() throws Exception {
    KafkaSettings settings = broker.settings("", new CollectorRegistry());
    try (EventsService events = events(settings)) {
      events.start();
      TestBroker.await("the service", LIMIT, () -> events.health().ok());
      broker.stop();
      TestBroker.await("the loss to be seen", LIMIT, () -> !events.health().ok());
      broker.restart();
      send(settings, 4);

      TestBroker.await("an event", LIMIT, () -> !read().isEmpty() && events.health().ok());
    }
  }

  private List<ObjectEvent> read() {
    try {
      return broker.read(Topic.EVENTS, ObjectEvent.class);
    } catch (Exception e) {
      return List.of();
    }
  }

  private EventsService events(KafkaSettings settings) {
    return new EventsService(
        new ServiceContext(settings, new CollectorRegistry(), Clock.systemUTC(), bugs::add),
        EventsConfig.from(
            ConfigFile.parse("test.yaml", "", name -> null),
            "test",
            new StorageConfig.Directory(Path.of("storage")),
            Set.of()));
  }

  private static void send(KafkaSettings settings, int frames) throws Exception {
    try (KafkaProducer<String, FrameDetections> producer =
        new KafkaProducer<>(settings.producer("test", Map.of()))) {
      for (int i = 0; i < frames; i++) {
        producer
            .send(
                new ProducerRecord<>(
                    settings.name(Topic.DETECTIONS), "gate", SeenPerson.frame(BEGAN, i)))
            .get();
      }
    }
  }
}
