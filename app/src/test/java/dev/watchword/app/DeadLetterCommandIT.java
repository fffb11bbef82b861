package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.DeadLetter;
import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.DeadLetters;
import dev.watchword.service.kafka.KafkaSettings;
import io.prometheus.client.CollectorRegistry;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLetterCommandIT {
  private static final Instant AT = Instant.parse("2026-03-01T10:00:00Z");

  @TempDir private Path directory;
  private TestBroker broker;
  private KafkaSettings kafka;
  private Path file;

  @BeforeEach
  void start() throws Exception {
    broker = new TestBroker(directory);
    kafka = broker.settings("", new CollectorRegistry());
    file =
        broker.config(directory.resolve("watchword.yaml"), "cameras: {gate: {url: 'rtsp://h/'}}");
  }

  @AfterEach
  void stop() throws Exception {
    broker.close();
  }

  private void letter(byte[] value) throws Exception {
    ConsumerRecord<String, byte[]> source =
        new ConsumerRecord<>(kafka.name(Topic.DETECTIONS), 0, 41, "gate", value);
    DeadLetter letter = DeadLetters.of(source, "it is not Avro", "archive", AT);
    try (KafkaProducer<String, Object> producer =
        new KafkaProducer<>(kafka.producer("test", Map.of()))) {
      producer
          .send(new ProducerRecord<>(kafka.name(Topic.DETECTIONS_DEAD_LETTER), 0, "gate", letter))
          .get();
    }
  }

  private CommandLineRun run(String... arguments) {
    return CommandLineRun.of(file, "dead-letter", arguments);
  }

  @Test
  void listsShowsAndSendsAgain() throws Exception {
    letter("hello, camera".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    letter(null);

    assertThat(run("list").out())
        .containsPattern("detections/0/0 +2026-03-01T10:00:00 +archive +gate +13 +it is not Avro")
        .containsPattern("detections/0/1 .* none ");
    assertThat(run("show", "detections/0/0").out())
        .contains("partition 0, offset 41")
        .contains("68 65 6c 6c 6f 2c 20 63 61 6d 65 72 61")
        .contains("hello, camera");

    assertThat(run("send", "detections/0/0").out())
        .contains("detections/0/0 sent to " + kafka.name(Topic.DETECTIONS));
    List<ConsumerRecord<String, byte[]>> sent = broker.records(kafka, Topic.DETECTIONS);
    assertThat(sent).hasSize(1);
    assertThat(sent.get(0).key()).isEqualTo("gate");
    assertThat(sent.get(0).value()).asString().isEqualTo("hello, camera");
  }

  @Test
  void sendsNothingWhenOneOfThemCannotBeSent() throws Exception {
    letter(new byte[] {1});
    letter(null);

    CommandLineRun run = run("send", "detections/0/0", "detections/0/1");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("detections/0/1 keeps no value");
    assertThat(broker.records(kafka, Topic.DETECTIONS)).isEmpty();
  }

  @Test
  void saysThatThereIsNoSuchLetter() {
    assertThat(run("show", "detections/0/9").err()).contains("there is no letter detections/0/9");
    assertThat(run("show", "nine").err()).contains("'nine' is no letter's id");
    assertThat(run("send", "coverage/0/0").err()).contains("is no letter's id");
  }
}
