package dev.watchword.ingest.placement;

import dev.watchword.schemas.Camera;
import dev.watchword.service.Backoff;
import dev.watchword.service.Health;
import dev.watchword.service.HealthLog;
import dev.watchword.service.LoopThread;
import dev.watchword.service.kafka.ConsumerRounds;
import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.service.kafka.RecordDecoder.BadRecordException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the topic {@code cameras} as one of a consumer group: who has a partition has its
 * cameras. A partition is read from its start whenever it is assigned, and nothing is committed.
 *
 * <p>While the broker is away nothing changes: the cameras stay. When the group has meanwhile given
 * the partitions to others, they are left as soon as this process learns what is its own now.
 */
public final class PlacementLoop implements LoopThread.Loop {
  private static final Logger log = LoggerFactory.getLogger(PlacementLoop.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration CLOSE_LIMIT = Duration.ofMillis(500);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

  private final Consumer<String, byte[]> consumer;
  private final RecordDecoder decoder;
  private final CameraOwner owner;
  private final ConsumerRounds rounds;
  private final Map<TopicPartition, Known> partitions = new HashMap<>();
  private final Set<TopicPartition> lost = new HashSet<>();

  /** What was read of a partition. */
  private static final class Known {
    private final Map<String, Camera> cameras = new TreeMap<>();
    private long end = -1;
    private boolean changed = true;
  }

  /**
   * @param consumer in the group; closed with the loop, like the decoder
   */
  public PlacementLoop(
      Consumer<String, byte[]> consumer,
      RecordDecoder decoder,
      String topic,
      CameraOwner owner,
      Backoff backoff,
      HealthLog health) {
    this.consumer = consumer;
    this.decoder = decoder;
    this.owner = owner;
    this.rounds =
        new ConsumerRounds(
            consumer, System::nanoTime, backoff, health, "cameras cannot be followed");
    consumer.subscribe(List.of(topic), new Rebalance());
  }

  /**
   * The consumer's settings: partitions that stay are not touched by a rebalance, and a process
   * that has died is noticed within ten seconds.
   */
  public static Map<String, Object> consumerSettings() {
    return Map.of(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName(),
        ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
        10_000,
        ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
        1_000);
  }

  @Override
  public void step() throws InterruptedException {
    rounds.step(
        () -> {
          for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
            take(record);
          }
          findEnds();
          partitions.forEach(this::hand);
          rounds.well(Health.up("cameras are followed"), "the cameras stay");
        },
        // What was read of the cameras still holds.
        () -> {});
  }

  private void take(ConsumerRecord<String, byte[]> record) throws InterruptedException {
    Known known = partitions.get(new TopicPartition(record.topic(), record.partition()));
    if (known == null || record.key() == null) {
      return;
    }
    try {
      Camera camera = decoder.decode(record, Camera.class);
      if (camera == null || camera.getRemoved()) {
        known.changed |= known.cameras.remove(record.key()) != null;
      } else {
        known.changed |= !camera.equals(known.cameras.put(record.key(), camera));
      }
    } catch (BadRecordException e) {
      log.atWarn()
          .addKeyValue("camera", record.key())
          .addKeyValue("error", e.getMessage())
          .log("a record of the cameras topic cannot be read; the camera stays as it was");
    }
  }

  /** What the partition holds already is taken as a whole, so that no outdated entry is run. */
  private void findEnds() {
    Set<TopicPartition> unknown =
        partitions.entrySet().stream()
            .filter(entry -> entry.getValue().end < 0)
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    if (!unknown.isEmpty()) {
      consumer
          .endOffsets(unknown, ANSWER_LIMIT)
          .forEach((partition, end) -> partitions.get(partition).end = end);
    }
  }

  private void hand(TopicPartition partition, Known known) {
    if (known.changed && known.end >= 0 && consumer.position(partition, POLL) >= known.end) {
      known.changed = false;
      owner.own(partition.partition(), Map.copyOf(known.cameras));
    }
  }

  @Override
  public void wakeup() {
    rounds.wakeup();
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(CLOSE_LIMIT));
    decoder.close();
  }

  private final class Rebalance implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
      consumer.seekToBeginning(assigned);
      assigned.forEach(partition -> partitions.put(partition, new Known()));
      if (!lost.isEmpty()) {
        lost.removeAll(partitions.keySet());
        owner.leave(numbers(lost), true);
        lost.clear();
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
      revoked.forEach(partitions::remove);
      owner.leave(numbers(revoked), false);
    }

    /** The group has given up on this process: what is its own shows at the next assignment. */
    @Override
    public void onPartitionsLost(Collection<TopicPartition> gone) {
      gone.forEach(partitions::remove);
      lost.addAll(gone);
    }
  }

  private static List<Integer> numbers(Collection<TopicPartition> partitions) {
    return partitions.stream().map(TopicPartition::partition).toList();
  }
}
