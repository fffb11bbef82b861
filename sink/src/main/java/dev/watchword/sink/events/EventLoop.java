package dev.watchword.sink.events;

import dev.watchword.service.Backoff;
import dev.watchword.service.Health;
import dev.watchword.service.HealthLog;
import dev.watchword.service.LoopThread;
import dev.watchword.service.kafka.BrokerLink;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.LostLeader;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/**
 * Keeps Kafka Streams running: makes it, watches it, and makes it anew when Kafka was lost for
 * longer than it puts up with. The work itself is done on its threads.
 */
final class EventLoop implements LoopThread.Loop {
  private static final long LOOK_MILLIS = 250;
  private static final Duration CLOSING = Duration.ofMillis(1_500);

  /** Makes the streams, which the loop starts and closes. */
  interface Maker {
    /** Throws {@link KafkaException} to be asked again later. */
    KafkaStreams make() throws InterruptedException;
  }

  private final Maker maker;
  private final HealthLog health;
  private final Backoff backoff = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(10));
  private final BrokerLink link = new BrokerLink(System::nanoTime);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private KafkaStreams streams;

  EventLoop(Maker maker, HealthLog health) {
    this.maker = maker;
    this.health = health;
  }

  @Override
  public void step() throws Exception {
    Throwable broken = failure.getAndSet(null);
    if (broken != null && !isOutage(broken)) {
      throw broken instanceof Exception exception ? exception : new IllegalStateException(broken);
    }
    if (broken != null || streams != null && isOver(streams.state())) {
      lost(broken);
    } else if (streams == null) {
      start();
    } else {
      look();
      stopped.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void start() throws InterruptedException {
    try {
      streams = maker.make();
      streams.setUncaughtExceptionHandler(this::failed);
      streams.start();
    } catch (KafkaException e) {
      lost(e);
    }
  }

  /** On the thread that failed. */
  private StreamThreadExceptionResponse failed(Throwable e) {
    failure.compareAndSet(null, e);
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  private void lost(Throwable cause) throws InterruptedException {
    close();
    health.set(
        Health.down(
            "Kafka cannot be reached: "
                + (cause == null ? "the threads have ended" : KafkaSettings.sentence(cause))));
    backoff.await();
  }

  private void look() {
    if (streams.state() != KafkaStreams.State.RUNNING) {
      health.quietlyDown("taking up its partitions");
      return;
    }
    if (link.isAway(connections(streams.metrics()))) {
      health.set(Health.down("no Kafka broker is connected; trying again"));
    } else {
      backoff.reset();
      health.set(Health.up("running"));
    }
  }

  /** Those of the consumers that read detections. */
  private static Map<MetricName, Metric> connections(Map<MetricName, ? extends Metric> all) {
    Map<MetricName, Metric> chosen = new HashMap<>();
    all.forEach(
        (name, metric) -> {
          String client = name.tags().getOrDefault("client-id", "");
          if (client.contains("StreamThread") && !client.contains("restore")) {
            chosen.put(name, metric);
          }
        });
    return chosen;
  }

  private static boolean isOver(KafkaStreams.State state) {
    return switch (state) {
      case ERROR, PENDING_ERROR, NOT_RUNNING -> true;
      default -> false;
    };
  }

  static boolean isOutage(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof RetriableException
          || cause instanceof MissingSourceTopicException
          || LostLeader.isMeantBy(cause)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void wakeup() {
    backoff.stop();
    stopped.countDown();
  }

  /** Says goodbye, so that the partitions need not wait for the session's end. */
  @Override
  public void close() {
    if (streams != null) {
      streams.close(
          CloseOptions.timeout(CLOSING)
              .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
      streams = null;
    }
  }
}
