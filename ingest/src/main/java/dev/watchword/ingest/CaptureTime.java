package dev.watchword.ingest;

import dev.watchword.schemas.CaptureClock;

/**
 * When the frames of one session were captured: by the camera's own clock (RTCP sender reports)
 * where that is plausible, else by arrival; by the container's timestamps for a recording. Never
 * runs backwards. Not thread-safe.
 */
final class CaptureTime {
  /** A camera clock further from ours than this is not set by NTP and not worth having. */
  static final long PLAUSIBLE_MICROS = 10_000_000;

  private static final long NONE = Long.MIN_VALUE;

  private final long containerStart;
  private long senderOffset = NONE;
  private long last = NONE;
  private CaptureClock clock = CaptureClock.ARRIVAL;

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
    senderOffset = wallclockMicros - ptsMicros;
  }

  /** UTC microseconds; {@link #clock()} then says which clock gave them. */
  long of(long ptsMicros, long arrivedAtMicros) {
    last = Math.max(last, read(ptsMicros, arrivedAtMicros));
    return last;
  }

  /** What {@link #of} would say of a frame, without taking note of it. */
  long peek(long ptsMicros, long arrivedAtMicros) {
    CaptureClock before = clock;
    long at = Math.max(last, read(ptsMicros, arrivedAtMicros));
    clock = before;
    return at;
  }

  CaptureClock clock() {
    return clock;
  }

  private long read(long ptsMicros, long arrivedAtMicros) {
    if (containerStart != NONE) {
      clock = CaptureClock.CONTAINER;
      return containerStart + ptsMicros;
    }
    if (senderOffset != NONE) {
      long sent = senderOffset + ptsMicros;
      if (Math.abs(sent - arrivedAtMicros) <= PLAUSIBLE_MICROS) {
        clock = CaptureClock.RTCP;
        return sent;
      }
    }
    clock = CaptureClock.ARRIVAL;
    return arrivedAtMicros;
  }
}
