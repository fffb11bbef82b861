package dev.watchword.service.kafka;

import dev.watchword.service.Backoff;
import dev.watchword.service.Health;
import dev.watchword.service.HealthLog;
import dev.watchword.service.LoopThread;
import java.time.Duration;
import org.apache.kafka.common.KafkaException;

/**
 * Makes a loop's Kafka clients on the loop's own thread, again and again while Kafka cannot be
 * reached, and then steps the loop.
 */
public final class ConnectingLoop implements LoopThread.Loop {
  /** What a service needs to begin. Used and closed on the loop's thread. */
  public interface Connector extends AutoCloseable {
    /**
     * Makes the loop. Throws {@link KafkaException} to be asked again later; anything else ends the
     * service.
     *
     * @param backoff for the loop's own waits; stopped together with this loop
     */
    LoopThread.Loop connect(Backoff backoff) throws Exception;

    /** Closes what outlives a loop. Called after the loop is closed. */
    @Override
    void close();
  }

  private final Connector connector;
  private final HealthLog health;
  private final Backoff backoff = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(10));
  private volatile LoopThread.Loop loop;

  public ConnectingLoop(Connector connector, HealthLog health) {
    this.connector = connector;
    this.health = health;
  }

  @Override
  public void step() throws Exception {
    if (loop != null) {
      loop.step();
      return;
    }
    try {
      loop = connector.connect(backoff);
    } catch (KafkaException e) {
      health.set(Health.down("Kafka cannot be reached: " + KafkaSettings.sentence(e)));
      backoff.await();
    }
  }

  @Override
  public void wakeup() {
    backoff.stop();
    LoopThread.Loop running = loop;
    if (running != null) {
      running.wakeup();
    }
  }

  @Override
  public void close() {
    if (loop != null) {
      loop.close();
    }
    connector.close();
  }
}
