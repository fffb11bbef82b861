package dev.watchword.sink.delivery;

import dev.watchword.schemas.Alert;
import dev.watchword.service.Backoff;
import dev.watchword.service.Health;
import dev.watchword.service.HealthLog;
import dev.watchword.service.LoopThread;
import dev.watchword.service.kafka.ConsumerRounds;
import dev.watchword.service.kafka.DeadLetterBox;
import dev.watchword.service.kafka.DeadLetters;
import dev.watchword.service.kafka.RecordDecoder.BadRecordException;
import dev.watchword.service.kafka.Rewind;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings alerts to one target, in order and at least once: an offset is committed when the target
 * has taken the alert, or when it lies among the dead letters after the last attempt. While the
 * loop waits for the next attempt it takes no more alerts, and goes on polling, so that its group
 * sees that it lives.
 */
final class DeliveryLoop implements LoopThread.Loop {
  private static final Logger log = LoggerFactory.getLogger(DeliveryLoop.class);
  private static final Duration IDLE = Duration.ofMillis(500);
  private static final Duration LIMIT = Duration.ofSeconds(5);

  /** Waits vary by so much, so that targets that fell together are not met together. */
  private static final double JITTER = 0.25;

  private final Target target;
  private final DeliveryClients clients;
  private final Consumer<String, byte[]> consumer;
  private final Channel channel;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final DeliveryMetrics metrics;
  private final ConsumerRounds rounds;
  private final Rewind rewind = new Rewind();
  private final Deque<ConsumerRecord<String, byte[]>> waiting = new ArrayDeque<>();

  /** Attempts at the first of those that wait, and when the next is due. */
  private int attempts;

  private Instant due = Instant.MIN;
  private Optional<String> trouble = Optional.empty();

  DeliveryLoop(
      Target target,
      DeliveryClients clients,
      Channel channel,
      InstantSource clock,
      RandomGenerator random,
      Backoff backoff,
      DeliveryMetrics metrics,
      HealthLog health) {
    this.target = target;
    this.clients = clients;
    this.consumer = clients.consumer();
    this.channel = channel;
    this.clock = clock;
    this.random = random;
    this.metrics = metrics;
    this.rounds =
        new ConsumerRounds(consumer, System::nanoTime, backoff, health, "Kafka does not answer");
    consumer.subscribe(List.of(clients.alertsTopic()), new Rebalance());
  }

  @Override
  public void step() throws InterruptedException {
    rounds.step(
        () -> {
          rewind.ifAsked(consumer);
          for (ConsumerRecord<String, byte[]> record : poll()) {
            rewind.polled(record);
            waiting.add(record);
          }
          if (!waiting.isEmpty() && !clock.instant().isBefore(due)) {
            attempt(waiting.peek());
          }
          rounds.well(health());
        },
        this::startOver);
  }

  private Health health() {
    return trouble
        .map(why -> Health.degraded("target " + target.name() + " " + why))
        .orElseGet(() -> Health.up("running"));
  }

  private ConsumerRecords<String, byte[]> poll() {
    if (waiting.isEmpty()) {
      return consumer.poll(IDLE);
    }
    Duration left = Duration.between(clock.instant(), due);
    return rounds.poll(
        left.isNegative() ? Duration.ZERO : left.compareTo(IDLE) < 0 ? left : IDLE,
        consumer.assignment());
  }

  private void attempt(ConsumerRecord<String, byte[]> record) throws InterruptedException {
    Optional<Alert> alert;
    try {
      alert = wanted(record);
    } catch (BadRecordException e) {
      setAside(record, e.getMessage());
      return;
    }
    if (alert.isEmpty()) {
      metrics.leftOut(target);
      done(record);
      return;
    }
    attempts++;
    switch (channel.send(alert.get())) {
      case Channel.Delivered taken -> {
        Duration lag = Duration.between(Instant.ofEpochMilli(record.timestamp()), clock.instant());
        done(record);
        metrics.delivered(target, lag.toNanos() / 1e9);
        wellAgain();
      }
      case Channel.Refused refused -> setAside(record, "the target " + refused.why());
      case Channel.Failed failed -> failed(record, failed);
    }
  }

  private Optional<Alert> wanted(ConsumerRecord<String, byte[]> record)
      throws BadRecordException, InterruptedException {
    Optional<String> addressee = DeadLetterBox.sentAgainFor(record);
    if (addressee.isPresent() && !addressee.get().equals(target.service())) {
      return Optional.empty();
    }
    return Optional.ofNullable(clients.decoder().decode(record, Alert.class))
        .filter(alert -> target.wants(alert.getRule()));
  }

  private void failed(ConsumerRecord<String, byte[]> record, Channel.Failed failed)
      throws InterruptedException {
    if (trouble.isEmpty()) {
      log.atWarn()
          .addKeyValue("target", target.name())
          .addKeyValue("error", failed.why())
          .log("a target does not take alerts");
    }
    trouble = Optional.of(failed.why());
    if (attempts >= target.attempts()) {
      setAside(record, "the target " + failed.why() + ", " + attempts + " times");
      return;
    }
    metrics.retried(target);
    due = clock.instant().plus(wait(failed));
  }

  /** As long as the target asks for, else by the number of attempts. */
  private Duration wait(Channel.Failed failed) {
    double factor = 1 + JITTER * random.nextDouble(-1, 1);
    Duration own = target.firstWait();
    for (int i = 1; i < attempts && own.compareTo(target.longestWait()) < 0; i++) {
      own = own.multipliedBy(2);
    }
    own = own.compareTo(target.longestWait()) < 0 ? own : target.longestWait();
    Duration jittered = Duration.ofNanos((long) (own.toNanos() * factor));
    return failed.retryAfter().filter(asked -> asked.compareTo(jittered) > 0).orElse(jittered);
  }

  private void setAside(ConsumerRecord<String, byte[]> record, String why)
      throws InterruptedException {
    DeadLetters.await(
        clients
            .producer()
            .send(
                new ProducerRecord<>(
                    clients.deadLetterTopic(),
                    record.key(),
                    DeadLetters.of(record, why, target.service(), clock.instant()))));
    done(record);
    metrics.failed(target);
  }

  private void done(ConsumerRecord<String, byte[]> record) {
    consumer.commitSync(
        Map.of(
            new TopicPartition(record.topic(), record.partition()),
            new OffsetAndMetadata(record.offset() + 1)));
    waiting.remove();
    attempts = 0;
    due = Instant.MIN;
  }

  private void wellAgain() {
    if (trouble.isPresent()) {
      trouble = Optional.empty();
      log.atInfo().addKeyValue("target", target.name()).log("a target takes alerts again");
    }
  }

  private void startOver() {
    rewind.ask();
    waiting.clear();
    attempts = 0;
    due = Instant.MIN;
  }

  @Override
  public void wakeup() {
    rounds.wakeup();
    channel.close();
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    clients.producer().close(Duration.ZERO);
    clients.decoder().close();
    channel.close();
  }

  /** Where this target has never been, it begins with the alerts of now on. */
  private final class Rebalance implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      ConsumerRecord<String, byte[]> first = waiting.peek();
      waiting.removeIf(
          record -> partitions.contains(new TopicPartition(record.topic(), record.partition())));
      if (waiting.peek() != first) {
        attempts = 0;
        due = Instant.MIN;
      }
      rewind.forget(partitions);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      Map<TopicPartition, OffsetAndMetadata> committed =
          consumer.committed(Set.copyOf(partitions), LIMIT);
      Map<TopicPartition, OffsetAndMetadata> fresh = new HashMap<>();
      for (TopicPartition partition : partitions) {
        if (committed.get(partition) == null) {
          fresh.put(partition, new OffsetAndMetadata(consumer.position(partition, LIMIT)));
        }
      }
      if (!fresh.isEmpty()) {
        consumer.commitSync(fresh);
      }
    }
  }
}
