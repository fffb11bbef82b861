package dev.watchword.system;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for something that another process brings about. */
public final class Wait {
  private Wait() {}

  /** Asks until the answer is not null, and returns it; fails after the limit. */
  public static <T> T until(String what, Duration limit, Callable<T> question) {
    long end = System.nanoTime() + limit.toNanos();
    Exception last = null;
    while (System.nanoTime() < end) {
      try {
        T answer = question.call();
        if (answer != null) {
          return answer;
        }
      } catch (Exception e) {
        last = e;
      }
      LockSupport.parkNanos(50_000_000);
    }
    String why = last == null ? "" : "; the last failure was " + last;
    throw new AssertionError("waited " + limit.toSeconds() + " s in vain for " + what + why, last);
  }
}
