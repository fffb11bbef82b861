package dev.watchword.ingest;

import dev.watchword.service.Health;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What keeps records from reaching Kafka, if anything does, and who may try whether it still does:
 * one record a second. Safe for use by many threads.
 */
final class Trouble {
  private static final Logger log = LoggerFactory.getLogger(Trouble.class);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(1);

  private final LongSupplier nanos;
  private final AtomicReference<Known> known = new AtomicReference<>();
  private final AtomicLong tryAtNanos = new AtomicLong();
  private final AtomicBoolean tooLargeLogged = new AtomicBoolean();
  private volatile boolean closing;

  private record Known(DropReason reason, String sentence) {}

  /**
   * @param nanos a clock for intervals, as {@link System#nanoTime()}
   */
  Trouble(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Why a record should not be sent now; empty when all is well or this one may try. */
  Optional<DropReason> keepsBack() {
    Known trouble = known.get();
    return trouble == null || mayTry() ? Optional.empty() : Optional.of(trouble.reason());
  }

  /** Why a record should not be sent, nor tried: empty when all is well. */
  Optional<DropReason> present() {
    return Optional.ofNullable(known.get()).map(Known::reason);
  }

  private boolean mayTry() {
    long now = nanos.getAsLong();
    long at = tryAtNanos.get();
    return now - at >= 0 && tryAtNanos.compareAndSet(at, now + TRY_AGAIN.toNanos());
  }

  /** Up while the last answer of broker and registry was good. */
  Health health() {
    Known trouble = known.get();
    return trouble == null ? Health.up("the broker takes frames") : Health.down(trouble.sentence());
  }

  /** A record has arrived. */
  void over() {
    if (known.getAndSet(null) != null) {
      log.atInfo().log("frames are published again");
    }
  }

  /** From now on what fails does so because the service stops. */
  void closing() {
    closing = true;
  }

  /** A record has failed; returns why. */
  DropReason failed(Exception error) {
    DropReason reason = closing ? DropReason.STOPPED : reason(error);
    switch (reason) {
      case BROKER_AWAY -> began(reason, "the Kafka broker does not take frames", error);
      case REGISTRY_AWAY -> began(reason, "the schema registry does not answer", error);
      case REFUSED -> began(reason, "Kafka refuses frames", error);
      case TOO_LARGE -> tooLarge(error);
      default -> {}
    }
    return reason;
  }

  private void began(DropReason reason, String sentence, Exception error) {
    tryAtNanos.set(nanos.getAsLong() + TRY_AGAIN.toNanos());
    Known before = known.getAndSet(new Known(reason, sentence + ": " + error.getMessage()));
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
}
