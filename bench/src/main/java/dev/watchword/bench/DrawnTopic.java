package dev.watchword.bench;

import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.Setting;
import dev.watchword.system.DrawnDetections;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** The topic {@code detections}, full of what a perfect model sees in drawn scenes. */
final class DrawnTopic {
  static final int CAMERAS = 20;

  private static final int SCENE_FRAMES = 80;
  private static final Duration LIMIT = Duration.ofMinutes(30);
  private static final Instant BEGAN = Instant.parse("2026-03-01T12:00:00Z");

  private DrawnTopic() {}

  /**
   * What was sent.
   *
   * @param bytes of the records' values
   */
  record Sent(int records, long bytes) {}

  /** Frames of drawn scenes, two a second, from a frame on; so many of each camera. */
  static Sent send(KafkaSettings settings, int from, int frames) throws Exception {
    String topic = settings.name(Topic.DETECTIONS);
    Map<Integer, List<FrameDetections>> films = new HashMap<>();
    for (int camera = 0; camera < CAMERAS; camera++) {
      DrawnScene scene =
          new DrawnScene(Setting.values()[camera % 3], camera, 640, 480, 10, SCENE_FRAMES * 5);
      films.put(camera, DrawnDetections.of(scene, "any", "any", BEGAN, SCENE_FRAMES / 2.0, 2));
    }
    LongAdder bytes = new LongAdder();
    Map<String, Object> fast = Map.of("linger.ms", 20, "batch.size", 1 << 18);
    try (KafkaProducer<String, FrameDetections> producer =
        new KafkaProducer<>(settings.producer("bench", fast))) {
      for (int i = from; i < from + frames; i++) {
        for (int camera = 0; camera < CAMERAS; camera++) {
          String name = "camera" + camera;
          FrameDetections drawn = films.get(camera).get(i % SCENE_FRAMES);
          producer.send(
              new ProducerRecord<>(
                  topic,
                  name,
                  DrawnDetections.record(
                      new FrameId(name, "bench", (long) i),
                      BEGAN.plusMillis(500L * i),
                      drawn.getDetections())),
              (sent, failure) -> bytes.add(failure == null ? sent.serializedValueSize() : 0));
        }
      }
    }
    return new Sent(frames * CAMERAS, bytes.sum());
  }

  /** How many the group has committed. */
  static long committed(Admin admin, String group) throws Exception {
    Map<TopicPartition, OffsetAndMetadata> offsets =
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    return offsets.values().stream()
        .filter(offset -> offset != null)
        .mapToLong(OffsetAndMetadata::offset)
        .sum();
  }

  /** Returns when so many were committed; the monotonic time in nanoseconds. */
  static long awaitCommitted(Admin admin, String group, long wanted) throws Exception {
    long limit = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < limit) {
      if (committed(admin, group) >= wanted) {
        return System.nanoTime();
      }
      LockSupport.parkNanos(20_000_000);
    }
    throw new IllegalStateException(group + " has not come to " + wanted);
  }
}
