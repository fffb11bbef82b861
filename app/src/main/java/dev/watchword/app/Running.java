package dev.watchword.app;

import dev.watchword.service.OperationsServer;
import dev.watchword.service.Service;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.TopicSetup;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process runs: started in order, closed in reverse order, ended by Ctrl-C or by the first
 * bug. Embedded parts and simulated cameras are {@link #own owned} too, so that one place knows the
 * order.
 */
final class Running implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Running.class);
  private static final long TOPIC_RETRY_SECONDS = 2;

  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicReference<Throwable> bug = new AtomicReference<>();

  /** From here on Ctrl-C closes what was registered, also while the rest still starts. */
  Running() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::stopFromHook, "shutdown"));
  }

  /** Registers a resource that {@link #close()} closes before those registered earlier. */
  synchronized <T extends AutoCloseable> T own(T resource) {
    owned.push(resource);
    return resource;
  }

  /** For {@link ServiceContext#bugs()}: ends the process with a message. */
  void bug(Throwable failure) {
    if (bug.compareAndSet(null, failure)) {
      end.countDown();
    }
  }

  /**
   * Creates missing topics, waiting for the broker as long as it takes or until the process ends.
   */
  void awaitTopics(ServiceContext context) throws InterruptedException {
    boolean waiting = false;
    while (end.getCount() > 0) {
      try {
        TopicSetup.createMissing(context.kafka());
        if (waiting) {
          log.atInfo()
              .addKeyValue("broker", context.kafka().bootstrapServers())
              .log("kafka is back");
        }
        return;
      } catch (ExecutionException | KafkaException e) {
        if (!waiting) {
          log.atWarn()
              .addKeyValue("broker", context.kafka().bootstrapServers())
              .addKeyValue("error", KafkaSettings.sentence(e))
              .log("kafka is away, waiting for it");
          waiting = true;
        }
        end.await(TOPIC_RETRY_SECONDS, TimeUnit.SECONDS);
      }
    }
  }

  /** Starts the services and the operations port. */
  OperationsServer start(
      List<Service> services, ServiceContext context, InetSocketAddress operations)
      throws IOException {
    own(() -> closeTogether(services));
    services.forEach(Service::start);
    try {
      return own(OperationsServer.start(operations, context.registry(), services));
    } catch (BindException e) {
      throw new CommandFailure(
          "port "
              + operations.getPort()
              + " for /metrics and /health is taken; choose another with --operations-port (0 takes a free one)");
    }
  }

  /** Blocks until Ctrl-C or a bug, closes everything and returns the exit code. */
  int untilEnd() throws InterruptedException {
    end.await();
    close();
    Throwable failure = bug.get();
    if (failure == null) {
      return 0;
    }
    if (failure instanceof RuntimeException
        && failure.getCause() == null
        && failure.getMessage() != null) {
      log.error(failure.getMessage());
    } else {
      log.error("the process ends because of a bug or a wrong configuration", failure);
    }
    return 1;
  }

  private void stopFromHook() {
    end.countDown();
    try {
      // The main thread closes; the JVM waits for this hook and so for it.
      closed.await(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Each service may take its two seconds, so they stop at the same time. */
  private static void closeTogether(List<Service> services) throws InterruptedException {
    List<Thread> closers =
        services.stream().map(service -> Thread.ofVirtual().start(service::close)).toList();
    for (Thread closer : closers) {
      closer.join();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      while (!owned.isEmpty()) {
        AutoCloseable resource = owned.pop();
        try {
          resource.close();
        } catch (Exception e) {
          log.atWarn()
              .addKeyValue("error", e.toString())
              .log("could not close {}", resource.getClass().getSimpleName());
        }
      }
    }
    closed.countDown();
  }
}
