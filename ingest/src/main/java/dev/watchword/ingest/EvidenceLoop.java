package dev.watchword.ingest;

import dev.watchword.schemas.Evidence;
import dev.watchword.schemas.EvidenceRequest;
import dev.watchword.service.Health;
import dev.watchword.service.HealthLog;
import dev.watchword.service.LoopThread;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.service.kafka.RecordDecoder.BadRecordException;
import dev.watchword.service.kafka.TopicPartitions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Answers requests for evidence of the cameras that this process has. Every process reads all
 * requests, from those of now on: what is older has left the rings anyway. A request that reaches
 * into the future waits for the camera. Made, stepped and closed on one thread.
 */
final class EvidenceLoop implements LoopThread.Loop {
  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Health TAKES = Health.up("takes requests for evidence");

  /** How long a camera may be late with what a request waits for. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  static final int MOST_WAITING = 1000;

  private final Consumer<String, byte[]> consumer;
  private final RecordDecoder decoder;
  private final Map<String, Source> cameras;
  private final EvidenceMaker maker;
  private final java.util.function.Consumer<Evidence> answers;
  private final Unreadable unreadable;
  private final Clock clock;
  private final HealthLog health;
  private final List<EvidenceRequest> waiting = new ArrayList<>();

  /** What becomes of a request that cannot be read. Must not block long. */
  interface Unreadable {
    void record(ConsumerRecord<String, byte[]> record, String reason);
  }

  /** A camera of this process and the last of its video. */
  record Source(CameraConfig camera, PacketRing ring) {}

  /**
   * @param consumer is assigned all partitions here, and closed with the loop
   * @param cameras by id; may change at any time
   * @param answers must not block long
   */
  EvidenceLoop(
      Consumer<String, byte[]> consumer,
      RecordDecoder decoder,
      String topic,
      Map<String, Source> cameras,
      EvidenceMaker maker,
      java.util.function.Consumer<Evidence> answers,
      Unreadable unreadable,
      Clock clock,
      HealthLog health) {
    this.consumer = consumer;
    this.decoder = decoder;
    this.cameras = cameras;
    this.maker = maker;
    this.answers = answers;
    this.unreadable = unreadable;
    this.clock = clock;
    this.health = health;
    try {
      List<TopicPartition> partitions = TopicPartitions.of(consumer, topic, LIMIT);
      consumer.assign(partitions);
      consumer.seekToEnd(partitions);
      partitions.forEach(partition -> consumer.position(partition, LIMIT));
    } catch (RuntimeException e) {
      consumer.close();
      decoder.close();
      throw e;
    }
    health.set(TAKES);
  }

  @Override
  public void step() throws InterruptedException {
    try {
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
        take(record);
      }
      health.set(TAKES);
    } catch (WakeupException e) {
      return;
    } catch (KafkaException e) {
      health.set(Health.down("Kafka gives no requests: " + KafkaSettings.sentence(e)));
    }
    waiting.removeIf(this::isAnswered);
  }

  private void take(ConsumerRecord<String, byte[]> record) throws InterruptedException {
    EvidenceRequest request;
    try {
      request = decoder.decode(record, EvidenceRequest.class);
    } catch (BadRecordException e) {
      unreadable.record(record, e.getMessage());
      return;
    }
    if (request != null && cameras.containsKey(request.getCamera())) {
      if (waiting.size() >= MOST_WAITING) {
        answer(waiting.remove(0));
      }
      waiting.add(request);
    }
  }

  /** Answers the request if the camera has come far enough, or will not in time. */
  private boolean isAnswered(EvidenceRequest request) {
    Source source = cameras.get(request.getCamera());
    if (source == null) {
      return true;
    }
    long end = EvidenceMaker.endMicros(request);
    Instant patience = Instant.EPOCH.plus(end, ChronoUnit.MICROS).plus(PATIENCE);
    if (source.ring().lastMicros() < end && clock.instant().isBefore(patience)) {
      return false;
    }
    answer(request);
    return true;
  }

  private void answer(EvidenceRequest request) {
    Source source = cameras.get(request.getCamera());
    if (source != null) {
      answers.accept(maker.answer(request, source.camera(), source.ring()));
    }
  }

  @Override
  public void wakeup() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    consumer.close();
    decoder.close();
  }
}
