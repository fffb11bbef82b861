package dev.watchword.app.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.service.config.ConfigException;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.utils.AppInfoParser;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedKafkaIT {
  @TempDir static Path sharedDirectory;
  private static EmbeddedKafka shared;
  @TempDir Path directory;

  @BeforeAll
  static void startShared() {
    shared = EmbeddedKafka.start(sharedDirectory, 0);
  }

  @AfterAll
  static void stopShared() {
    shared.close();
  }

  @Test
  void keepsRecordsAndGroupOffsetsAcrossARestartOnOtherPorts() throws Exception {
    String first;
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0)) {
      first = kafka.bootstrapServers();
      KafkaClients clients = new KafkaClients(first);
      clients.createTopic("kept");
      clients.send("kept", List.of("one", "two"), Map.of());
      assertThat(clients.read("kept", 2, Map.of())).containsExactly("one", "two");
    }
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0)) {
      assertThat(kafka.bootstrapServers()).startsWith("127.0.0.1:").isNotEqualTo(first);
      KafkaClients clients = new KafkaClients(kafka.bootstrapServers());
      clients.send("kept", List.of("three"), Map.of());

      assertThat(clients.read("kept", 1, Map.of())).containsExactly("three");
      assertThat(clients.read("kept", 3, Map.of("group.id", "fresh")))
          .containsExactly("one", "two", "three");
    }
    assertThat(directory.resolve("kafka-version")).hasContent(AppInfoParser.getVersion());
  }

  @Test
  void showsOnlyCommittedTransactionsToReadersThatAskForThem() throws Exception {
    KafkaClients clients = new KafkaClients(shared.bootstrapServers());
    clients.createTopic("exact");
    try (KafkaProducer<String, Object> producer =
        clients.producer(
            Map.of("transactional.id", "worker-0", "transaction.timeout.ms", 10_000))) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>("exact", "aborted")).get();
      producer.abortTransaction();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>("exact", "committed")).get();
      producer.commitTransaction();
    }

    assertThat(clients.read("exact", 1, Map.of("isolation.level", "read_committed")))
        .containsExactly("committed");
    assertThat(clients.read("exact", 2, Map.of("group.id", "all")))
        .containsExactly("aborted", "committed");
  }

  @Test
  void takesARecordOfTheSizeOfALargeFrame() throws Exception {
    KafkaClients clients = new KafkaClients(shared.bootstrapServers());
    clients.createTopic("large");
    String frame = "x".repeat(12 << 20);

    clients.send("large", List.of(frame), Map.of("max.request.size", 16 << 20));

    assertThat(clients.read("large", 1, Map.of("group.id", "large"))).containsExactly(frame);
  }

  @Test
  void refusesADirectoryThatAnotherProcessHoldsAndTakesItOverWhenThatIsKilled() throws Exception {
    Process other = BrokerProcess.start(directory, "records");
    try (BufferedReader output = BrokerProcess.output(other)) {
      String said = BrokerProcess.outputUntil(output, BrokerProcess.READY);
      assertThat(said).contains(BrokerProcess.READY);
      assertThatThrownBy(() -> EmbeddedKafka.start(directory, 0))
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "Kafka's data directory %s is in use by another broker: stop that process or choose another directory.",
              directory);
    } finally {
      other.destroyForcibly().waitFor();
    }
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0)) {
      assertThat(new KafkaClients(kafka.bootstrapServers()).read("survivors", 3, Map.of()))
          .containsExactly("one", "two", "three");
    }
  }

  @Test
  void refusesADirectoryThatThisProcessHolds() {
    assertThatThrownBy(() -> EmbeddedKafka.start(sharedDirectory, 0))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("in use by another broker");
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit", "halt"})
  void endsTheProcessAudiblyWhenTheBrokerGivesUp(String way) throws Exception {
    Process broker = BrokerProcess.start(directory, way);
    try (BufferedReader output = BrokerProcess.output(broker)) {
      String said = BrokerProcess.outputUntil(output, "never");

      assertThat(broker.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(broker.exitValue()).isEqualTo(1);
      assertThat(said).contains("the embedded Kafka broker failed", "disk is gone");
    } finally {
      broker.destroyForcibly();
    }
  }

  @Test
  void refusesDataOfANewerKafka() throws Exception {
    Files.writeString(directory.resolve("kafka-version"), "4.10.0\n");

    assertThatThrownBy(() -> EmbeddedKafka.start(directory, 0))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("was written by Kafka 4.10.0")
        .hasMessageContaining(directory.toString());
  }

  @Test
  void refusesATakenPortAndLetsGoOfTheDirectory() {
    String address = shared.bootstrapServers();
    int taken = Integer.parseInt(address.substring(address.indexOf(':') + 1));

    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> EmbeddedKafka.start(directory, taken))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("Port " + taken + " is taken");
    }
  }

  @Test
  void refusesADirectoryThatCannotBe() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "in the way");

    assertThatThrownBy(() -> EmbeddedKafka.start(file, 0))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("Cannot use " + file);
  }
}
