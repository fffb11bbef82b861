package dev.watchword.ingest;

/**
 * The line from a stream's own time to ours that runs along the frames which were delayed least: an
 * arrival is late by what encoder and network add, never early. Follows clocks that drift. Times
 * are in microseconds. Not thread-safe.
 */
final class ArrivalFit {
  private static final long WINDOW_MICROS = 30_000_000;

  /** From so far apart the drift of two clocks shows above the jitter of a network. */
  private static final long DRIFT_MICROS = 120_000_000;

  private static final long BACKWARD_JUMP_MICROS = 1_000_000;

  /** A camera may send some seconds of frames at once when it starts. */
  private static final long FORWARD_JUMP_MICROS = 5_000_000;

  /** Quartz clocks are within 100 parts per million; cheap ones within some hundred. */
  private static final double MOST_DRIFT = 1e-3;

  /** The frame of a window that was delayed least; the offset is arrival less stream time. */
  private record Least(long pts, long offset) {}

  private Least first;
  private Least before;
  private Least present;
  private long windowStart;
  private long lastPts;
  private long worst;
  private long worstBefore;
  private double drift;
  private boolean knowsDrift;

  /** Takes a frame, in presentation order; true when the stream's time has jumped. */
  boolean add(long pts, long arrived) {
    if (present != null
        && (pts < lastPts - BACKWARD_JUMP_MICROS || arrived < at(pts) - FORWARD_JUMP_MICROS)) {
      restart(pts, arrived);
      return true;
    }
    if (present == null) {
      restart(pts, arrived);
    }
    lastPts = pts;
    if (pts - windowStart >= WINDOW_MICROS) {
      next(pts, arrived);
    }
    if (arrived < line(present, pts)) {
      present = new Least(pts, arrived - pts);
    }
    worst = Math.max(worst, arrived - at(pts));
    return false;
  }

  private void restart(long pts, long arrived) {
    first = null;
    before = null;
    present = new Least(pts, arrived - pts);
    windowStart = pts;
    lastPts = pts;
    worst = 0;
    worstBefore = 0;
    drift = 0;
    knowsDrift = false;
  }

  private void next(long pts, long arrived) {
    if (first == null) {
      first = present;
    } else if (present.pts() - first.pts() >= DRIFT_MICROS) {
      double slope = (double) (present.offset() - first.offset()) / (present.pts() - first.pts());
      drift = Math.clamp(slope, -MOST_DRIFT, MOST_DRIFT);
      knowsDrift = true;
    }
    before = present;
    present = new Least(pts, arrived - pts);
    worstBefore = worst;
    worst = 0;
    windowStart = pts;
  }

  private long drifted(long micros) {
    return micros + (long) (drift * micros);
  }

  /** Whether no frame has been taken yet, so that {@link #at} knows nothing. */
  boolean isEmpty() {
    return present == null;
  }

  /** When the frame of this time would have arrived without a delay. */
  long at(long pts) {
    long now = line(present, pts);
    return before == null ? now : Math.min(now, line(before, pts));
  }

  private long line(Least least, long pts) {
    return least.pts() + least.offset() + drifted(pts - least.pts());
  }

  /** The longest delay against the line in the last half minute or so. */
  long jitter() {
    return Math.max(worst, worstBefore);
  }

  /** Whether two points far enough apart have shown the {@link #drift()}. */
  boolean knowsDrift() {
    return knowsDrift;
  }

  /** By how much the stream's clock is slower than ours, as a ratio; 0 until it is known. */
  double drift() {
    return drift;
  }
}
