package dev.watchword.app.embedded;

import java.time.Duration;
import org.apache.kafka.common.utils.Exit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens when the broker gives up. Kafka ends the process then, on its own and without a
 * word; here it says so first, and the status is never zero.
 */
final class BrokerExit {
  private static final Logger log = LoggerFactory.getLogger(BrokerExit.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private BrokerExit() {}

  /** Takes effect for the whole process. */
  static void install() {
    Exit.setExitProcedure(
        (status, message) -> {
          say(status, message);
          haltWhenStuck(nonZero(status));
          System.exit(nonZero(status));
        });
    Exit.setHaltProcedure(
        (status, message) -> {
          say(status, message);
          Runtime.getRuntime().halt(nonZero(status));
        });
  }

  private static void say(int status, String message) {
    log.atError()
        .addKeyValue("status", status)
        .addKeyValue("reason", message == null ? "see the broker's error above" : message)
        .log("the embedded Kafka broker failed and ends this process");
  }

  /** A shutdown hook may wait for the very thread that asked for the exit. */
  private static void haltWhenStuck(int status) {
    Thread.ofPlatform()
        .daemon()
        .name("broker-exit")
        .start(
            () -> {
              try {
                Thread.sleep(PATIENCE);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              Runtime.getRuntime().halt(status);
            });
  }

  private static int nonZero(int status) {
    return status == 0 ? 1 : status;
  }
}
