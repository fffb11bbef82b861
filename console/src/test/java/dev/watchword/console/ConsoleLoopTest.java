package dev.watchword.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.console.LiveUpdate.CameraState;
import dev.watchword.console.LiveUpdate.Overview;
import dev.watchword.console.LiveUpdate.Picture;
import dev.watchword.schemas.Topic;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.kafka.KafkaSettings;
import io.prometheus.client.CollectorRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConsoleLoopTest {
  private static final String FRAMES = "watchword.frames";
  private static final String DETECTIONS = "watchword.detections";
  private static final String STATES = "watchword.camera-status";
  private static final long END = 70;

  private final MovableClock clock = new MovableClock(Records.START);
  private final CollectorRegistry registry = new CollectorRegistry();
  private final ConsoleMetrics metrics = new ConsoleMetrics(registry);
  private final List<LiveUpdate> updates = new ArrayList<>();
  private final LiveView view = new LiveView(clock, LiveView.Limits.DEFAULT, metrics, updates::add);
  private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("latest");
  private final KafkaSettings kafka =
      KafkaSettings.from(
          ConfigFile.parse(
              "test.yaml",
              "kafka: {value.deserializer: " + WordDeserializer.class.getName() + "}",
              name -> null),
          registry);
  private final ConsoleLoop loop = new ConsoleLoop(consumer, kafka, view, metrics, clock);
  private long offset = END;

  @AfterEach
  void close() {
    loop.close();
    assertThat(consumer.closed()).isTrue();
  }

  @Test
  void readsPicturesFromNowOnAndStatesFromTheBeginning() throws Exception {
    topics(2);
    loop.step();

    assertThat(kafka.name(Topic.FRAMES)).isEqualTo(FRAMES);
    assertThat(consumer.assignment()).hasSize(6);
    assertThat(consumer.position(new TopicPartition(FRAMES, 1))).isEqualTo(END);
    assertThat(consumer.position(new TopicPartition(DETECTIONS, 0))).isEqualTo(END);
    assertThat(consumer.position(new TopicPartition(STATES, 1))).isZero();
    assertThat(loop.health().ok()).isTrue();
  }

  @Test
  void joinsWhatItReadsWithinOneStep() throws Exception {
    topics(1);
    loop.step();
    send(DETECTIONS, "gate", "answer gate 3");
    send(FRAMES, "gate", "frame gate 3");
    send(STATES, "gate", "status gate LIVE");
    loop.step();

    assertThat(updates)
        .filteredOn(Picture.class::isInstance)
        .extracting(update -> ((Picture) update).header().boxes().size())
        .containsExactly(1);
    assertThat(view.cameras()).extracting(CameraState::state).containsExactly("LIVE");
  }

  @Test
  void countsARecordThatItCannotReadAndGoesOn() throws Exception {
    topics(1);
    loop.step();
    send(FRAMES, "gate", "garbage");
    send(FRAMES, "gate", "status gate LIVE");
    send(FRAMES, "gate", "frame gate 4");
    loop.step();

    assertThat(
            registry.getSampleValue(
                "watchword_console_records_bad_total",
                new String[] {"topic"},
                new String[] {FRAMES}))
        .isEqualTo(2);
    assertThat(view.latestJpeg("gate")).isPresent();
  }

  @Test
  void forgetsACameraWhoseStateIsDeleted() throws Exception {
    topics(1);
    loop.step();
    send(STATES, "gate", "status gate LIVE");
    loop.step();
    assertThat(view.knows("gate")).isTrue();

    send(STATES, "gate", null);
    loop.step();
    assertThat(view.knows("gate")).isFalse();
  }

  @Test
  void takesOnTopicsAndPartitionsThatComeLater() throws Exception {
    loop.step();
    assertThat(consumer.assignment()).isEmpty();
    assertThat(loop.health().detail()).contains("no topics of Watchword yet");

    topics(1);
    clock.forward(Duration.ofMillis(300));
    loop.step();
    assertThat(consumer.assignment()).hasSize(3);
    send(FRAMES, "gate", "frame gate 0");
    loop.step();
    long position = consumer.position(new TopicPartition(FRAMES, 0));

    topics(2);
    clock.forward(Duration.ofSeconds(5));
    loop.step();
    assertThat(consumer.assignment()).hasSize(6);
    assertThat(consumer.position(new TopicPartition(FRAMES, 0))).isEqualTo(position);
  }

  @Test
  void showsInHealthThatKafkaIsAwayAndBack() throws Exception {
    topics(1);
    consumer.setOffsetsException(new TimeoutException("no broker"));
    loop.step();
    assertThat(loop.health().ok()).isFalse();
    assertThat(loop.health().detail()).contains("Kafka does not answer");
    assertThat(overviews().getLast().trouble()).isEqualTo(loop.health().detail());

    clock.forward(Duration.ofMillis(300));
    loop.step();
    assertThat(loop.health().ok()).isTrue();
    assertThat(overviews().getLast().trouble()).isNull();
  }

  @Test
  void returnsFromAStepWhenWokenUp() throws Exception {
    topics(1);
    loop.step();
    loop.wakeup();
    loop.step();
    assertThat(updates).hasSize(1);
  }

  private List<Overview> overviews() {
    return updates.stream().filter(Overview.class::isInstance).map(Overview.class::cast).toList();
  }

  private void topics(int partitions) {
    for (String topic : List.of(FRAMES, DETECTIONS, STATES)) {
      List<PartitionInfo> infos =
          IntStream.range(0, partitions)
              .mapToObj(i -> new PartitionInfo(topic, i, Node.noNode(), null, null))
              .toList();
      consumer.updatePartitions(topic, infos);
      for (int partition = 0; partition < partitions; partition++) {
        TopicPartition at = new TopicPartition(topic, partition);
        consumer.updateBeginningOffsets(Map.of(at, 0L));
        consumer.updateEndOffsets(Map.of(at, END));
      }
    }
  }

  private void send(String topic, String key, String value) {
    byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
    consumer.addRecord(new ConsumerRecord<>(topic, 0, offset++, key, bytes));
  }
}
