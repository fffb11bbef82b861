package dev.watchword.app.replay;

import dev.watchword.inference.InferenceService;
import dev.watchword.schemas.Replay;
import dev.watchword.schemas.ReplayRequest;
import dev.watchword.schemas.ReplayState;
import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.LatestRecords;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * The replays that there are. All methods throw {@link KafkaException} when Kafka or the registry
 * does not answer. Thread-safe.
 */
public final class Replays {
  /** A replay whose record is older than this has no process any more. */
  static final Duration ALIVE = Duration.ofSeconds(15);

  private static final int LIMIT_MILLIS = 10_000;

  private final KafkaSettings kafka;

  public Replays(KafkaSettings kafka) {
    this.kafka = kafka;
  }

  /** All of them, the oldest first. */
  public List<Replay> all() throws InterruptedException {
    Collection<Replay> latest = LatestRecords.read(kafka, Topic.REPLAYS, Replay.class).values();
    return latest.stream().sorted(Comparator.comparing(Replay::getCreatedAt)).toList();
  }

  /** The replay of this id. */
  public Optional<Replay> find(String id) throws InterruptedException {
    return all().stream().filter(replay -> replay.getId().equals(id)).findFirst();
  }

  /** As {@link #find}, and surely the last record that was committed. */
  Optional<Replay> settled(String id) throws InterruptedException {
    OpenTransactions.await(kafka, Topic.REPLAYS);
    return find(id);
  }

  /** Whether a process works on it, as far as can be told. */
  public static boolean isAlive(Replay replay, Instant now) {
    return replay.getState() == ReplayState.RUNNING
        && replay.getChangedAt().plus(ALIVE).isAfter(now);
  }

  /**
   * The producer of one replay's frames, events and progress. Whoever makes it stops the process
   * that had it before, and settles what that left open.
   */
  Producer<String, Object> producer(String id) {
    Producer<String, Object> producer =
        new KafkaProducer<>(
            kafka.producer(
                "replay",
                Map.of(
                    ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                    kafka.group("replay-" + id),
                    ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                    30_000,
                    ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                    LIMIT_MILLIS,
                    ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                    LIMIT_MILLIS / 2,
                    ProducerConfig.MAX_BLOCK_MS_CONFIG,
                    LIMIT_MILLIS,
                    ProducerConfig.LINGER_MS_CONFIG,
                    0)));
    try {
      producer.initTransactions();
      return producer;
    } catch (RuntimeException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
  }

  ProducerRecord<String, Object> record(Replay replay) {
    return new ProducerRecord<>(kafka.name(Topic.REPLAYS), replay.getId(), replay);
  }

  /** Ends a replay that is not wanted any more, and the process that works on it. */
  public Replay cancel(String id) throws InterruptedException {
    try (Producer<String, Object> producer = producer(id)) {
      Replay last = settled(id).orElseThrow();
      if (last.getState() != ReplayState.RUNNING) {
        return last;
      }
      Replay cancelled =
          Replay.newBuilder(last).setState(ReplayState.CANCELLED).setChangedAt(now()).build();
      producer.beginTransaction();
      producer.send(record(cancelled));
      producer.commitTransaction();
      return cancelled;
    }
  }

  static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MICROS);
  }

  /** Deletes the frames of replays that workers have answered. */
  public void deleteAnswered() throws InterruptedException {
    Map<String, Object> properties = new HashMap<>(kafka.admin("replay"));
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, LIMIT_MILLIS);
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, LIMIT_MILLIS / 2);
    String topic = kafka.name(Topic.FRAMES_REPLAY);
    try (Admin admin = Admin.create(properties)) {
      Map<TopicPartition, RecordsToDelete> answered = new HashMap<>();
      admin
          .listConsumerGroupOffsets(kafka.group(InferenceService.REPLAY_GROUP))
          .partitionsToOffsetAndMetadata()
          .get()
          .forEach(
              (partition, offset) -> {
                if (partition.topic().equals(topic) && offset != null) {
                  answered.put(partition, RecordsToDelete.beforeOffset(offset.offset()));
                }
              });
      admin.deleteRecords(answered).all().get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException failure
          ? failure
          : new KafkaException(e.getCause());
    }
  }

  /** An id that tells when the replay was asked for. */
  static String newId(Instant now, int random) {
    String time = now.truncatedTo(ChronoUnit.SECONDS).toString().replaceAll("[-:Z]", "");
    return time.replace('T', '-') + "-" + String.format("%04x", random & 0xffff);
  }

  /** Of several, those that ask the same and were cut short. */
  public List<Replay> unfinished(ReplayRequest request) throws InterruptedException {
    List<Replay> same = new ArrayList<>(all());
    same.removeIf(
        replay -> replay.getState() != ReplayState.RUNNING || !replay.getRequest().equals(request));
    return same;
  }
}
