package dev.watchword.ingest;

import dev.watchword.schemas.CaptureClock;

/**
 * When the frames of one session were captured: by the camera's own clock (RTCP sender reports)
 * while that is plausible, else by the arrivals, cleared of jitter; by the container's timestamps
 * for a recording. Never runs backwards. Times are in microseconds. Not thread-safe.
 *
 * <p>Camera clocks lie. One is believed that is neither ahead of us by more than {@link
 * #MOST_AHEAD} nor behind by more than {@link #MOST_BEHIND}, and that has not been put forward or
 * back in the last {@link #PROBATION} of stream time.
 */
final class CaptureTime {
  static final long MOST_AHEAD = 1_000_000;
  static final long MOST_BEHIND = 10_000_000;
  static final long PROBATION = 10_000_000;

  /** Between two reports a clock that only drifts moves by far less. */
  private static final long STEP = 500_000;

  private static final long NONE = Long.MIN_VALUE;

  private final long containerStart;
  private final ArrivalFit fit = new ArrivalFit();
  private long senderOffset = NONE;
  private long staleOffset = NONE;
  private long trustedFrom = NONE;
  private long last = NONE;
  private int epoch;
  private CaptureClock clock = CaptureClock.ARRIVAL;
  private long error = -1;

  private CaptureTime(long containerStart) {
    this.containerStart = containerStart;
  }

  static CaptureTime live() {
    return new CaptureTime(NONE);
  }

  /**
   * @param startMicros UTC time of the session's start, that of presentation time 0
   */
  static CaptureTime recorded(long startMicros) {
    return new CaptureTime(startMicros);
  }

  /** Takes note of a packet whose wall clock the sender has told. */
  void senderClock(long wallclockMicros, long ptsMicros) {
    long offset = wallclockMicros - ptsMicros;
    if (near(offset, staleOffset)) {
      return;
    }
    staleOffset = NONE;
    if (senderOffset != NONE && !near(offset, senderOffset)) {
      trustedFrom = ptsMicros + PROBATION;
    }
    senderOffset = offset;
  }

  private static boolean near(long offset, long other) {
    return other != NONE && Math.abs(offset - other) < STEP;
  }

  /** What {@link #of} would say of a frame, without taking note of it. */
  long peek(long ptsMicros, long arrivedAtMicros) {
    if (containerStart != NONE) {
      return containerStart + ptsMicros;
    }
    long sent = sent(ptsMicros, arrivedAtMicros);
    return Math.max(last, sent == NONE ? arrival(ptsMicros, arrivedAtMicros) : sent);
  }

  /**
   * UTC microseconds; {@link #clock()}, {@link #errorMicros()} and {@link #epoch()} then say how
   * they were had. Call it once for each frame, in presentation order.
   */
  long of(long ptsMicros, long arrivedAtMicros) {
    last = Math.max(last, read(ptsMicros, arrivedAtMicros));
    return last;
  }

  private long read(long ptsMicros, long arrivedAtMicros) {
    if (containerStart != NONE) {
      clock = CaptureClock.CONTAINER;
      return containerStart + ptsMicros;
    }
    if (fit.add(ptsMicros, arrivedAtMicros)) {
      jumped();
    }
    long arrival = arrival(ptsMicros, arrivedAtMicros);
    long sent = sent(ptsMicros, arrivedAtMicros);
    if (sent == NONE) {
      clock = CaptureClock.ARRIVAL;
      error = fit.jitter();
      return arrival;
    }
    clock = CaptureClock.RTCP;
    error = Math.abs(arrival - sent);
    return sent;
  }

  private long arrival(long ptsMicros, long arrivedAtMicros) {
    return fit.isEmpty() ? arrivedAtMicros : Math.min(arrivedAtMicros, fit.at(ptsMicros));
  }

  /** By the camera's clock, {@link #NONE} while that is not believed. */
  private long sent(long ptsMicros, long arrivedAtMicros) {
    if (senderOffset == NONE || ptsMicros < trustedFrom) {
      return NONE;
    }
    long sent = senderOffset + ptsMicros;
    long behind = arrivedAtMicros - sent;
    return behind >= -MOST_AHEAD && behind <= MOST_BEHIND ? sent : NONE;
  }

  /** The wall clock is reckoned from the last report and goes on being wrong until the next. */
  private void jumped() {
    epoch++;
    staleOffset = senderOffset;
    senderOffset = NONE;
    trustedFrom = NONE;
  }

  CaptureClock clock() {
    return clock;
  }

  /**
   * By how much the last time may be wrong, as far as can be told from here: the disagreement of
   * the camera's clock with the arrivals, or the jitter of these; negative where nothing is known.
   */
  long errorMicros() {
    return error;
  }

  /** Of the last time. */
  ClockQuality quality() {
    return new ClockQuality(clock, error, fit.knowsDrift() ? -fit.drift() * 1e6 : Double.NaN);
  }

  /** Jumps of the stream's time so far. */
  int epoch() {
    return epoch;
  }
}
