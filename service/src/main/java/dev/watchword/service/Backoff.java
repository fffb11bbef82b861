package dev.watchword.service;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The waits between attempts at a lost dependency: each is twice the one before, up to a limit. One
 * thread waits; {@link #stop()} may come from any other.
 */
public final class Backoff {
  private final Duration first;
  private final Duration longest;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private Duration next;

  public Backoff(Duration first, Duration longest) {
    this.first = first;
    this.longest = longest;
    this.next = first;
  }

  /** Waits before the next attempt; returns at once when stopped. */
  public void await() throws InterruptedException {
    stopped.await(next.toNanos(), TimeUnit.NANOSECONDS);
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(longest) < 0 ? doubled : longest;
  }

  /** The dependency answered: the next wait is the first again. */
  public void reset() {
    next = first;
  }

  /** Ends the wait in progress and all later ones. */
  public void stop() {
    stopped.countDown();
  }
}
