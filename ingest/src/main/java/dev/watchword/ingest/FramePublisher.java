package dev.watchword.ingest;

import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.service.Health;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends frames and camera states to Kafka and accounts for each frame: acknowledged, or dropped for
 * a reason. Never holds a camera up for long: while broker or registry are away one record a second
 * tries whether they are back, and all others are dropped at once. Safe for use by many threads.
 */
final class FramePublisher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FramePublisher.class);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(1);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

  private final Producer<String, SpecificRecord> producer;
  private final String framesTopic;
  private final String statusTopic;
  private final Clock clock;
  private final LongSupplier nanos;
  private final AtomicReference<Trouble> trouble = new AtomicReference<>();
  private final AtomicLong tryAtNanos = new AtomicLong();
  private final AtomicBoolean tooLargeLogged = new AtomicBoolean();
  private volatile boolean closing;

  /** What keeps records from being sent. */
  private record Trouble(DropReason reason, String sentence) {}

  /**
   * @param producer is closed with this publisher
   * @param nanos a clock for intervals, as {@link System#nanoTime()}
   */
  FramePublisher(
      Producer<String, SpecificRecord> producer,
      String framesTopic,
      String statusTopic,
      Clock clock,
      LongSupplier nanos) {
    this.producer = producer;
    this.framesTopic = framesTopic;
    this.statusTopic = statusTopic;
    this.clock = clock;
    this.nanos = nanos;
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

  /** Sends the frame, or counts it as dropped. */
  void publish(SampledFrame frame, IngestMetrics.Camera metrics) {
    Trouble known = trouble.get();
    if (known != null && !mayTry()) {
      metrics.dropped(known.reason());
      return;
    }
    metrics.sent();
    try {
      producer.send(
          new ProducerRecord<>(framesTopic, frame.getId().getCamera(), frame),
          (metadata, error) -> answered(frame, metrics, error));
    } catch (RuntimeException e) {
      metrics.lost(failed(e));
    }
  }

  private void answered(SampledFrame frame, IngestMetrics.Camera metrics, Exception error) {
    if (error != null) {
      metrics.lost(failed(error));
      return;
    }
    working();
    long micros = ChronoUnit.MICROS.between(frame.getCapturedAt(), clock.instant());
    metrics.acknowledged(frame.getImage().limit(), micros / 1e6);
  }

  /**
   * Sends the state; {@code lost} is called, from any thread, when it did not arrive and should be
   * sent again later.
   */
  void publish(CameraStatus status, Runnable lost) {
    if (trouble.get() != null && !mayTry()) {
      lost.run();
      return;
    }
    try {
      producer.send(
          new ProducerRecord<>(statusTopic, status.getCamera(), status),
          (metadata, error) -> {
            if (error == null) {
              working();
            } else {
              failed(error);
              lost.run();
            }
          });
    } catch (RuntimeException e) {
      failed(e);
      lost.run();
    }
  }

  /** Up while the last answer of broker and registry was good. */
  Health health() {
    Trouble known = trouble.get();
    return known == null ? Health.up("the broker takes frames") : Health.down(known.sentence());
  }

  private boolean mayTry() {
    long now = nanos.getAsLong();
    long at = tryAtNanos.get();
    return now - at >= 0 && tryAtNanos.compareAndSet(at, now + TRY_AGAIN.toNanos());
  }

  private void working() {
    if (trouble.getAndSet(null) != null) {
      log.atInfo().log("frames are published again");
    }
  }

  private DropReason failed(Exception error) {
    DropReason reason = closing ? DropReason.STOPPED : reason(error);
    switch (reason) {
      case BROKER_AWAY -> troubled(reason, "the Kafka broker does not take frames", error);
      case REGISTRY_AWAY -> troubled(reason, "the schema registry does not answer", error);
      case REFUSED -> troubled(reason, "Kafka refuses frames", error);
      case TOO_LARGE -> tooLarge(error);
      default -> {}
    }
    return reason;
  }

  private void troubled(DropReason reason, String sentence, Exception error) {
    tryAtNanos.set(nanos.getAsLong() + TRY_AGAIN.toNanos());
    Trouble before = trouble.getAndSet(new Trouble(reason, sentence + ": " + error.getMessage()));
    if (before == null || before.reason() != reason) {
      log.atWarn()
          .addKeyValue("reason", reason.label())
          .addKeyValue("error", error.getMessage())
          .log(sentence);
    }
  }

  /** Concerns the one frame: others are sent as before. */
  private void tooLarge(Exception error) {
    if (tooLargeLogged.compareAndSet(false, true)) {
      log.atWarn()
          .addKeyValue("error", error.getMessage())
          .log("a frame is larger than Kafka takes; set a smaller picture for its camera");
    }
  }

  private static DropReason reason(Exception error) {
    return switch (error) {
      case RecordTooLargeException large -> DropReason.TOO_LARGE;
      case BufferExhaustedException full -> DropReason.QUEUE_FULL;
      case AuthenticationException away -> DropReason.BROKER_AWAY;
      case RetriableException away -> DropReason.BROKER_AWAY;
      case InterruptException stopped -> DropReason.STOPPED;
      case SerializationException bad when causedByIo(bad) -> DropReason.REGISTRY_AWAY;
      default -> DropReason.REFUSED;
    };
  }

  private static boolean causedByIo(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException) {
        return true;
      }
    }
    return false;
  }

  /** Gives what is in flight a second; the rest counts as dropped. */
  @Override
  public void close() {
    closing = true;
    producer.close(CLOSE_LIMIT);
  }
}
