package dev.watchword.inference;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Lets the threads of live frames and of replays use one model, one call at a time. A replay gets
 * its turn only while no live frame waits, so a live frame waits for one call of a replay at most.
 * Thread-safe.
 */
final class ModelTurns {
  private int liveWaiting;
  private boolean liveGathering;
  private boolean taken;

  /** Waits for the call that is under way. To be given back. */
  synchronized void takeLive() throws InterruptedException {
    liveWaiting++;
    try {
      while (taken) {
        wait();
      }
      taken = true;
    } finally {
      liveWaiting--;
    }
  }

  /** Waits for the call that is under way, and lets no other begin any more. */
  synchronized void takeForGood() {
    boolean interrupted = false;
    liveWaiting++;
    while (taken) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    taken = true;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether there are live frames that wait for others to make up a batch. */
  synchronized void liveGathers(boolean gathers) {
    liveGathering = gathers;
    notifyAll();
  }

  /**
   * Waits at most so long until no live frame waits and nobody uses the model.
   *
   * @return whether the turn was had; it is then to be given back
   */
  synchronized boolean takeReplay(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (taken || liveWaiting > 0 || liveGathering) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    taken = true;
    return true;
  }

  synchronized void give() {
    taken = false;
    notifyAll();
  }
}
