package dev.watchword.ingest;

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
    this.intervalMicros = Math.max(1, Math.round(1e6 / perSecond));
  }

  /** Whether the frame with this presentation time is wanted. Call it once for each frame. */
  boolean keep(long ptsMicros) {
    if (!started || ptsMicros < lastPts - Math.min(intervalMicros, BACKWARD_JUMP_MICROS)) {
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

  private boolean restart(long ptsMicros) {
    lastPts = ptsMicros;
    due = ptsMicros + intervalMicros;
    return true;
  }
}
