package dev.watchword.ingest;

import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.Ids;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.service.Health;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Sends frames and camera states to Kafka and accounts for each frame: acknowledged, spooled, or
 * dropped for a reason. Never holds a camera up for long: while broker or registry are away one
 * record a second tries whether they are back, and frames go to the spool at once. Only a frame
 * that is in the spool already tries, as soon as there is one: it outlives the process. Safe for
 * use by many threads.
 */
final class FramePublisher implements AutoCloseable {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

  private final Producer<String, SpecificRecord> producer;
  private final TopicNames topics;
  private final Clock clock;
  private final Spool spool;
  private final Trouble trouble;
  private final AtomicInteger inFlight = new AtomicInteger();

  /** Full names of the topics. */
  record TopicNames(String frames, String late, String status, String coverage) {}

  /**
   * @param producer is closed with this publisher
   * @param nanos a clock for intervals, as {@link System#nanoTime()}
   * @param spool belongs to the caller; is closed after this publisher
   */
  FramePublisher(
      Producer<String, SpecificRecord> producer,
      TopicNames topics,
      Clock clock,
      LongSupplier nanos,
      Spool spool) {
    this.producer = producer;
    this.topics = topics;
    this.clock = clock;
    this.spool = spool;
    this.trouble = new Trouble(nanos);
  }

  /**
   * The producer's settings: fresh frames rather than full batches, and bounded in all respects.
   */
  static Map<String, Object> producerSettings() {
    return Map.of(
        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true,
        ProducerConfig.ACKS_CONFIG, "all",
        ProducerConfig.LINGER_MS_CONFIG, 0,
        ProducerConfig.MAX_BLOCK_MS_CONFIG, 250,
        ProducerConfig.BUFFER_MEMORY_CONFIG, 64L << 20,
        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000,
        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000);
  }

  /** Sends the frame, or keeps it in the spool, or counts it as dropped. */
  void publish(SampledFrame frame, CameraMetrics metrics) {
    Optional<DropReason> kept = spool.isEmpty() ? trouble.keepsBack() : trouble.present();
    if (kept.isPresent()) {
      spool.keep(frame, kept.get(), metrics);
      return;
    }
    metrics.sent(frame);
    inFlight.incrementAndGet();
    send(
        topics.frames(),
        frame,
        failure -> {
          inFlight.decrementAndGet();
          if (failure.isPresent()) {
            metrics.unsent(frame);
            spool.keep(frame, failure.get(), metrics);
          } else {
            long micros = ChronoUnit.MICROS.between(frame.getCapturedAt(), clock.instant());
            metrics.acknowledged(frame, micros / 1e6);
          }
        });
  }

  /** Whether a late frame may be sent now. */
  boolean takesLate() {
    return trouble.keepsBack().isEmpty();
  }

  /**
   * Sends a frame of the spool; {@code answer} is called once, from any thread, empty when the
   * broker has it.
   */
  void publishLate(SampledFrame frame, Consumer<Optional<DropReason>> answer) {
    send(topics.late(), frame, answer);
  }

  private void send(String topic, SampledFrame frame, Consumer<Optional<DropReason>> answer) {
    try {
      producer.send(
          new ProducerRecord<>(topic, frame.getId().getCamera(), frame),
          (metadata, error) -> answer.accept(result(error)));
    } catch (RuntimeException e) {
      answer.accept(result(e));
    }
  }

  private Optional<DropReason> result(Exception error) {
    if (error != null) {
      return Optional.of(trouble.failed(error));
    }
    trouble.over();
    return Optional.empty();
  }

  /**
   * Sends the state; {@code lost} is called, from any thread, when it did not arrive and should be
   * sent again later.
   */
  void publish(CameraStatus status, Runnable lost) {
    publish(
        topics.status(),
        status.getCamera(),
        status,
        arrived -> {
          if (!arrived) {
            lost.run();
          }
        });
  }

  /** {@code answer} is called once, from any thread, with whether the broker has the record. */
  void publish(Coverage coverage, Consumer<Boolean> answer) {
    publish(topics.coverage(), Ids.key(coverage), coverage, answer);
  }

  private void publish(String topic, String key, SpecificRecord record, Consumer<Boolean> answer) {
    if (trouble.keepsBack().isPresent()) {
      answer.accept(false);
      return;
    }
    try {
      producer.send(
          new ProducerRecord<>(topic, key, record),
          (metadata, error) -> answer.accept(result(error).isEmpty()));
    } catch (RuntimeException e) {
      trouble.failed(e);
      answer.accept(false);
    }
  }

  /** Waits until no live frame is unanswered, while there is hope and at most for the limit. */
  void settle(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (inFlight.get() > 0 && health().ok() && System.nanoTime() < end) {
      LockSupport.parkNanos(2_000_000);
    }
  }

  /** Up while the last answer of broker and registry was good. */
  Health health() {
    return trouble.health();
  }

  /** Gives what is in flight a second; the rest goes to the spool. */
  @Override
  public void close() {
    trouble.closing();
    producer.close(CLOSE_LIMIT);
  }
}
