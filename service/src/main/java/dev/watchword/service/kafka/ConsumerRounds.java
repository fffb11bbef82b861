package dev.watchword.service.kafka;

import dev.watchword.service.Backoff;
import dev.watchword.service.Health;
import dev.watchword.service.HealthLog;
import java.time.Duration;
import java.util.Collection;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * What is the same in the rounds of all loops that follow topics in a group: a loop that is asked
 * to stop ends its round without a word; when Kafka does not answer, the loop starts over after a
 * wait, and its health says so. Used by the loop's thread, but for {@link #wakeup()}.
 */
public final class ConsumerRounds {
  /** What a loop does in one round. */
  public interface Round<E extends Exception> {
    void run() throws E, InterruptedException;
  }

  private final Consumer<String, byte[]> consumer;
  private final BrokerLink link;
  private final Backoff backoff;
  private final HealthLog health;
  private final String trouble;

  /**
   * @param consumer closed by the loop
   * @param nanos a monotonic clock
   * @param trouble what it means when Kafka does not answer; the reason is put behind it
   */
  public ConsumerRounds(
      Consumer<String, byte[]> consumer,
      LongSupplier nanos,
      Backoff backoff,
      HealthLog health,
      String trouble) {
    this.consumer = consumer;
    this.link = new BrokerLink(nanos);
    this.backoff = backoff;
    this.health = health;
    this.trouble = trouble;
  }

  /**
   * Does one round.
   *
   * @param startOver lets go of all that is not committed; called when Kafka does not answer
   */
  public <E extends Exception> void step(Round<E> round, Runnable startOver)
      throws E, InterruptedException {
    try {
      round.run();
    } catch (WakeupException e) {
      // Asked to stop: the driver does not step again, and what was polled was not committed.
    } catch (InterruptException e) {
      throw new InterruptedException("stopped");
    } catch (KafkaException e) {
      startOver(startOver, KafkaSettings.sentence(e));
    } catch (NullPointerException e) {
      if (!LostLeader.isMeantBy(e)) {
        throw e;
      }
      startOver(startOver, "a partition has no leader");
    }
  }

  private void startOver(Runnable letGo, String why) throws InterruptedException {
    letGo.run();
    health.set(Health.down(trouble + ": " + why));
    backoff.await();
  }

  /**
   * Polls while the loop has enough to do, so that the group sees that it lives.
   *
   * @param heldBack partitions that give no records this time
   */
  public ConsumerRecords<String, byte[]> poll(
      Duration patience, Collection<TopicPartition> heldBack) {
    consumer.pause(heldBack);
    try {
      return consumer.poll(patience);
    } finally {
      consumer.resume(consumer.paused());
    }
  }

  /**
   * The round has gone well: the next wait is the first again.
   *
   * @param otherwise the loop's health, unless no broker is connected
   */
  public void well(Health otherwise) {
    well(otherwise, "trying again");
  }

  /** As the other, for a loop that does something else than to wait while no broker is there. */
  public void well(Health otherwise, String meanwhile) {
    backoff.reset();
    health.set(
        link.isAway(consumer.metrics())
            ? Health.down("no Kafka broker is connected; " + meanwhile)
            : otherwise);
  }

  /** Ends a wait or a poll early. May be called by any thread. */
  public void wakeup() {
    backoff.stop();
    consumer.wakeup();
  }
}
