package dev.watchword.ingest;

import java.util.NavigableSet;

/**
 * Picks frames at a steady rate of stream time: of the frames around each point of a grid the
 * nearest that can be told without looking ahead. The rate holds on average for any frame rate
 * above it and any jitter; a stream slower than the rate passes whole. A stream that jumps ahead or
 * back starts a new grid. Not thread-safe.
 */
final class Sampler {
  private static final long BACKWARD_JUMP_MICROS = 1_000_000;

  private final long intervalMicros;
  private boolean started;
  private long lastPts;
  private long due;

  Sampler(double perSecond) {
    this(Math.max(1, Math.round(1e6 / perSecond)));
  }

  private Sampler(long intervalMicros) {
    this.intervalMicros = intervalMicros;
  }

  /** Whether the frame with this presentation time is wanted. Call it once for each frame. */
  boolean keep(long ptsMicros) {
    if (!started || jumpedBack(ptsMicros)) {
      started = true;
      return restart(ptsMicros);
    }
    long step = Math.max(0, ptsMicros - lastPts);
    lastPts = ptsMicros;
    // Half a frame early is as near to the grid as half a frame late.
    long early = Math.min(step, intervalMicros) / 2;
    if (ptsMicros < due - early) {
      return false;
    }
    due += intervalMicros;
    if (due <= ptsMicros) {
      due = ptsMicros + intervalMicros;
    }
    return true;
  }

  /** Takes note of a frame that was left out undecoded. */
  void pass(long ptsMicros) {
    if (jumpedBack(ptsMicros)) {
      started = false;
    }
    lastPts = ptsMicros;
  }

  /**
   * Whether one of the frames that are due to come would be kept, judged without telling this
   * sampler of them.
   *
   * @param coming all frames between the last one and those asked about, and these
   * @param from the first that is asked about
   */
  boolean keepsAny(NavigableSet<Long> coming, long from) {
    Sampler ahead = copy();
    for (long pts : coming) {
      if (ahead.keep(pts) && pts >= from) {
        return true;
      }
    }
    return false;
  }

  /** The presentation time from which on a frame is wanted, after those that are to come. */
  long dueAfter(NavigableSet<Long> coming) {
    Sampler ahead = copy();
    coming.forEach(ahead::keep);
    return ahead.started ? ahead.due : Long.MIN_VALUE;
  }

  private Sampler copy() {
    Sampler copy = new Sampler(intervalMicros);
    copy.started = started;
    copy.lastPts = lastPts;
    copy.due = due;
    return copy;
  }

  private boolean jumpedBack(long ptsMicros) {
    return ptsMicros < lastPts - Math.min(intervalMicros, BACKWARD_JUMP_MICROS);
  }

  private boolean restart(long ptsMicros) {
    lastPts = ptsMicros;
    due = ptsMicros + intervalMicros;
    return true;
  }
}
