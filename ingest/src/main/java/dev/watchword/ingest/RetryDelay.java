package dev.watchword.ingest;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Waiting times between connection attempts: 250 ms, doubling to 30 s, each up to a quarter longer
 * so that cameras behind one switch do not return in step. Not thread-safe.
 */
final class RetryDelay {
  static final Duration FIRST = Duration.ofMillis(250);
  static final Duration LONGEST = Duration.ofSeconds(30);

  private final RandomGenerator random;
  private Duration next = FIRST;

  RetryDelay(RandomGenerator random) {
    this.random = random;
  }

  Duration next() {
    Duration wait = next.plusNanos(random.nextLong(next.toNanos() / 4));
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
    return wait;
  }

  /** The camera works: the next failure waits briefly again. */
  void reset() {
    next = FIRST;
  }
}
