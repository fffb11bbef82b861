package dev.watchword.ingest;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tells a camera's thread to end, wherever it waits: set once by another thread. */
final class StopSignal {
  private final CountDownLatch latch = new CountDownLatch(1);

  void set() {
    latch.countDown();
  }

  boolean isSet() {
    return latch.getCount() == 0;
  }

  /** Waits for the given time, less when the signal is set. An interrupt counts as the signal. */
  void await(Duration limit) {
    try {
      latch.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      set();
      Thread.currentThread().interrupt();
    }
  }
}
