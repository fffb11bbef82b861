package dev.watchword.paligemma;

import java.util.List;
import java.util.function.LongSupplier;

/**
 * The time that a device is at work. Passes that are under way together share it evenly, so that
 * the shares of all passes add up to it. Thread-safe.
 */
final class DeviceTime {
  private final LongSupplier nanos;
  private int underWay;
  private long since;

  /** The share of a pass that would have been under way from the beginning. */
  private long shared;

  /**
   * @param nanos a monotonic clock
   */
  DeviceTime(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Runs a pass, whose share its rows have in equal parts. */
  void spend(List<Row> rows, Runnable pass) {
    long share = share(pass);
    rows.forEach(row -> row.spend(share / rows.size()));
  }

  /** Runs a pass; its share in nanoseconds. */
  long share(Runnable pass) {
    long begun = passes(1);
    long ended;
    try {
      pass.run();
    } finally {
      ended = passes(-1);
    }
    return ended - begun;
  }

  private synchronized long passes(int more) {
    long now = nanos.getAsLong();
    if (underWay > 0) {
      shared += (now - since) / underWay;
    }
    since = now;
    underWay += more;
    return shared;
  }
}
