package dev.watchword.console;

import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.Topic;
import dev.watchword.service.Health;
import dev.watchword.service.LoopThread;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.service.kafka.RecordDecoder.BadRecordException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads Kafka into the {@link LiveView}: frames and detections from now on, camera states from the
 * beginning. Without a group, so every console sees everything and leaves no trace on the broker.
 */
final class ConsoleLoop implements LoopThread.Loop {
  /** What the console's consumer sets besides the service's own settings. */
  static final Map<String, Object> CONSUMER =
      Map.of(
          ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
          "latest",
          ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
          false,
          ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
          100);

  private static final Logger log = LoggerFactory.getLogger(ConsoleLoop.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(1);
  private static final Duration LOOK_INTERVAL = Duration.ofSeconds(5);
  private static final Duration FIRST_LOOK_INTERVAL = Duration.ofMillis(250);
  private static final List<Topic> TOPICS =
      List.of(Topic.FRAMES, Topic.DETECTIONS, Topic.CAMERA_STATUS);

  private final Consumer<String, byte[]> consumer;
  private final RecordDecoder decoder;
  private final Map<Topic, String> names = new EnumMap<>(Topic.class);
  private final LiveView view;
  private final ConsoleMetrics metrics;
  private final Clock clock;
  private Instant nextLook = Instant.MIN;
  private volatile Health health = Health.down("not connected to Kafka yet");

  ConsoleLoop(
      Consumer<String, byte[]> consumer,
      KafkaSettings kafka,
      LiveView view,
      ConsoleMetrics metrics,
      Clock clock) {
    this.consumer = consumer;
    this.decoder = kafka.decoder();
    TOPICS.forEach(topic -> names.put(topic, kafka.name(topic)));
    this.view = view;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** May be called by any thread. */
  Health health() {
    return health;
  }

  @Override
  public void step() throws InterruptedException {
    try {
      if (!clock.instant().isBefore(nextLook)) {
        look();
      }
      if (!consumer.assignment().isEmpty()) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          take(record);
        }
      }
    } catch (WakeupException e) {
      return;
    }
    view.flush();
  }

  /** Takes on partitions that are new and finds out whether the broker answers. */
  private void look() {
    try {
      Set<TopicPartition> found = partitions();
      take(found);
      if (!found.isEmpty()) {
        var unused = consumer.endOffsets(found, ANSWER_LIMIT);
      }
      health(
          found.isEmpty()
              ? Health.down("Kafka has no topics of Watchword yet; start the other services")
              : Health.up("reading " + found.size() + " partitions"));
      nextLook = clock.instant().plus(found.isEmpty() ? FIRST_LOOK_INTERVAL : LOOK_INTERVAL);
    } catch (TimeoutException e) {
      health(Health.down("Kafka does not answer; trying again"));
      nextLook = clock.instant().plus(FIRST_LOOK_INTERVAL);
    }
  }

  private Set<TopicPartition> partitions() {
    Set<TopicPartition> found = new HashSet<>();
    for (String topic : names.values()) {
      for (PartitionInfo partition : consumer.partitionsFor(topic, ANSWER_LIMIT)) {
        found.add(new TopicPartition(topic, partition.partition()));
      }
    }
    return found;
  }

  private void take(Set<TopicPartition> found) {
    List<TopicPartition> added = new ArrayList<>(found);
    added.removeAll(consumer.assignment());
    if (added.isEmpty()) {
      return;
    }
    consumer.assign(found);
    String states = names.get(Topic.CAMERA_STATUS);
    consumer.seekToBeginning(added.stream().filter(p -> p.topic().equals(states)).toList());
    consumer.seekToEnd(added.stream().filter(p -> !p.topic().equals(states)).toList());
  }

  private void health(Health now) {
    if (!now.detail().equals(health.detail()) && !(now.ok() && health.ok())) {
      log.atInfo().log(now.ok() ? "console reads Kafka" : now.detail());
    }
    health = now;
    view.trouble(now.ok() ? Optional.empty() : Optional.of(now.detail()));
  }

  private void take(ConsumerRecord<String, byte[]> record) throws InterruptedException {
    try {
      if (record.topic().equals(names.get(Topic.FRAMES))) {
        SampledFrame frame = decoder.decode(record, SampledFrame.class);
        if (frame != null) {
          view.frame(frame);
        }
      } else if (record.topic().equals(names.get(Topic.DETECTIONS))) {
        FrameDetections answer = decoder.decode(record, FrameDetections.class);
        if (answer != null) {
          view.answer(answer);
        }
      } else {
        status(record);
      }
    } catch (BadRecordException e) {
      // Only counted: the services that work on these records write the dead letters.
      metrics.badRecord(record.topic());
    }
  }

  private void status(ConsumerRecord<String, byte[]> record)
      throws BadRecordException, InterruptedException {
    CameraStatus status = decoder.decode(record, CameraStatus.class);
    if (status != null) {
      view.status(status);
    } else if (record.key() != null) {
      view.remove(record.key());
    }
  }

  @Override
  public void wakeup() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    decoder.close();
    consumer.close(CloseOptions.timeout(ANSWER_LIMIT));
  }
}
