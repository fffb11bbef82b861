package dev.watchword.service;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Owns the one thread that repeats a loop's step until it is closed. A loop is made, stepped and
 * closed on that thread, so it needs no locks; tests call {@link Loop#step()} themselves and need
 * no thread.
 */
public final class LoopThread implements AutoCloseable {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(2);

  /** Work that is done in rounds. All calls but {@link #wakeup()} come from one thread. */
  public interface Loop extends AutoCloseable {
    /**
     * Does one round. May block, but returns or throws soon after {@link #wakeup()} or an
     * interrupt.
     */
    void step() throws Exception;

    /** Ends a blocking {@link #step()} early. Called from another thread. */
    default void wakeup() {}

    @Override
    void close();
  }

  private final Loop loop;
  private final Consumer<Throwable> bugs;
  private final Thread thread;
  private volatile boolean stopping;

  /**
   * @param bugs told when a step throws while the thread is not stopping; the loop is closed then
   *     and not stepped again
   */
  public LoopThread(String name, Loop loop, Consumer<Throwable> bugs) {
    this.loop = Objects.requireNonNull(loop, "loop");
    this.bugs = Objects.requireNonNull(bugs, "bugs");
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  public LoopThread start() {
    thread.start();
    return this;
  }

  public boolean isAlive() {
    return thread.isAlive();
  }

  private void run() {
    try (loop) {
      while (!stopping) {
        loop.step();
      }
    } catch (Exception | Error e) {
      if (!stopping) {
        bugs.accept(e);
      }
    }
  }

  /** Asks the loop to stop without waiting, so that several can stop at the same time. */
  public void stop() {
    stopping = true;
    loop.wakeup();
  }

  @Override
  public void close() {
    stop();
    try {
      if (!thread.join(STOP_LIMIT)) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
