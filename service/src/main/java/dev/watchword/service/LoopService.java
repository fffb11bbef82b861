package dev.watchword.service;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

/**
 * A service that is loops on threads of their own. A loop that breaks is told to the context as a
 * bug.
 */
public abstract class LoopService implements Service {
  protected final ServiceContext context;
  protected final HealthLog health;
  private final String name;
  private final Deque<LoopThread> threads = new ArrayDeque<>();

  protected LoopService(String name, ServiceContext context) {
    this.name = Objects.requireNonNull(name, "name");
    this.context = Objects.requireNonNull(context, "context");
    this.health = new HealthLog(name);
  }

  @Override
  public final String name() {
    return name;
  }

  /** Begins to repeat the loop's step; threads started later are stopped earlier. */
  protected final void start(String thread, LoopThread.Loop loop) {
    synchronized (threads) {
      threads.push(new LoopThread(thread, loop, this::broken).start());
    }
  }

  /** For loops on threads that the service starts itself. */
  protected final void broken(Throwable failure) {
    health.quietlyDown(String.valueOf(failure.getMessage()));
    context.bugs().accept(failure);
  }

  @Override
  public Health health() {
    return health.current();
  }

  /** All threads are asked to stop before the first is waited for. */
  @Override
  public void close() {
    synchronized (threads) {
      threads.forEach(LoopThread::stop);
      while (!threads.isEmpty()) {
        threads.pop().close();
      }
    }
  }
}
