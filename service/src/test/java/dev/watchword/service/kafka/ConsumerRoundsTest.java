package dev.watchword.service.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.service.Backoff;
import dev.watchword.service.Health;
import dev.watchword.service.HealthLog;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.junit.jupiter.api.Test;

class ConsumerRoundsTest {
  private static final TopicPartition HELD = new TopicPartition("frames", 0);
  private static final TopicPartition OTHER = new TopicPartition("frames", 1);

  private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
  private final HealthLog health = new HealthLog("test");
  private final List<String> events = new ArrayList<>();
  private final ConsumerRounds rounds =
      new ConsumerRounds(
          consumer,
          () -> 0,
          new Backoff(Duration.ZERO, Duration.ZERO),
          health,
          "results cannot be published");

  @Test
  void startsOverAndSaysSoWhenKafkaDoesNotAnswer() throws Exception {
    rounds.step(
        () -> {
          throw new KafkaException("no coordinator");
        },
        () -> events.add("started over"));

    assertThat(events).containsExactly("started over");
    assertThat(health.current())
        .isEqualTo(Health.down("results cannot be published: no coordinator"));

    rounds.step(() -> rounds.well(Health.up("running")), () -> events.add("again"));
    assertThat(events).hasSize(1);
    assertThat(health.current()).isEqualTo(Health.up("running"));
  }

  private static NullPointerException nullAt(String... classes) {
    NullPointerException failure = new NullPointerException("element cannot be mapped");
    failure.setStackTrace(
        Stream.of(classes)
            .map(name -> new StackTraceElement(name, "call", null, 1))
            .toArray(StackTraceElement[]::new));
    return failure;
  }

  @Test
  void startsOverWhenTheConsumerStumblesOverALostLeader() throws Exception {
    rounds.step(
        () -> {
          throw nullAt(
              "java.util.Objects",
              "org.apache.kafka.clients.consumer.internals.OffsetFetcherUtils",
              "dev.watchword.sink.archive.ArchiveLoop");
        },
        () -> events.add("started over"));

    assertThat(events).containsExactly("started over");
    assertThat(health.current())
        .isEqualTo(Health.down("results cannot be published: a partition has no leader"));
  }

  @Test
  void aBugOfTheLoopIsNoOutage() {
    assertThatThrownBy(
            () ->
                rounds.step(
                    () -> {
                      throw nullAt(
                          "java.util.Objects",
                          "dev.watchword.sink.archive.ArchiveLoop",
                          "org.apache.kafka.clients.consumer.KafkaConsumer");
                    },
                    () -> events.add("started over")))
        .isInstanceOf(NullPointerException.class);
    assertThat(events).isEmpty();
  }

  @Test
  void endsARoundWithoutAWordWhenItIsAskedToStop() throws Exception {
    Health before = health.current();
    rounds.wakeup();

    rounds.step(
        () -> {
          consumer.poll(Duration.ZERO);
          events.add("polled");
        },
        () -> events.add("started over"));

    assertThat(events).isEmpty();
    assertThat(health.current()).isEqualTo(before);
  }

  @Test
  void anInterruptIsOneWhateverTheConsumerMakesOfIt() {
    InterruptException interrupt = new InterruptException("in a poll");
    // Its constructor has marked this thread.
    assertThat(Thread.interrupted()).isTrue();

    assertThatThrownBy(
            () ->
                rounds.step(
                    () -> {
                      throw interrupt;
                    },
                    () -> events.add("started over")))
        .isInstanceOf(InterruptedException.class);
    assertThat(events).isEmpty();
  }

  @Test
  void aFailureOfTheLoopsOwnIsTheLoops() {
    assertThatThrownBy(
            () ->
                rounds.step(
                    () -> {
                      throw new IOException("disk full");
                    },
                    () -> events.add("started over")))
        .isInstanceOf(IOException.class);
    assertThat(events).isEmpty();
  }

  @Test
  void holdsPartitionsBackForOnePollAlone() {
    consumer.assign(List.of(HELD, OTHER));
    consumer.updateBeginningOffsets(Map.of(HELD, 0L, OTHER, 0L));
    consumer.addRecord(new ConsumerRecord<>("frames", 0, 0, "gate", new byte[1]));
    consumer.addRecord(new ConsumerRecord<>("frames", 1, 0, "yard", new byte[1]));

    assertThat(rounds.poll(Duration.ZERO, List.of(HELD)).partitions()).containsExactly(OTHER);
    assertThat(consumer.paused()).isEmpty();
    assertThat(consumer.poll(Duration.ZERO).partitions()).containsExactly(HELD);
  }
}
