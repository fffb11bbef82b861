package dev.watchword.simulator;

import java.time.Duration;

/**
 * What a simulated camera takes for the time: its media timestamps (90 kHz) and the wall clock of
 * its sender reports, each wrong in ways of its own. All settings hold for present and later
 * streams. Thread-safe.
 */
public final class CameraClock {
  static final int TICKS_PER_SECOND = 90_000;

  /** {@code number} tells one restart from the next. */
  record Restart(int number, int ticks) {}

  private volatile int jumpTicks;
  private volatile double drift;
  private volatile Duration wallOffset = Duration.ZERO;
  private volatile boolean standing;
  private volatile Restart restart = new Restart(0, 0);

  CameraClock() {}

  /** Moves all media timestamps from now on; the wall clock goes on as before. */
  public synchronized void jump(Duration distance) {
    jumpTicks += (int) Math.round(distance.toNanos() * (TICKS_PER_SECOND / 1e9));
  }

  /**
   * Gives the next frame this media timestamp, from which it goes on; for example a little below
   * 2^32 for a wrap.
   */
  public synchronized void restartAt(long ticks) {
    restart = new Restart(restart.number() + 1, (int) ticks);
  }

  /** Lets media time stand still: all frames carry the timestamp of the last one. */
  public void stand(boolean still) {
    standing = still;
  }

  /** Makes both clocks run fast by so many parts per million, slow when negative. */
  public void drift(double partsPerMillion) {
    drift = partsPerMillion / 1e6;
  }

  /** Sets the wall clock of sender reports ahead by this, back when negative. */
  public void wallOffset(Duration ahead) {
    wallOffset = ahead;
  }

  int jumpTicks() {
    return jumpTicks;
  }

  double drift() {
    return drift;
  }

  Duration wallOffset() {
    return wallOffset;
  }

  boolean isStanding() {
    return standing;
  }

  Restart restart() {
    return restart;
  }
}
