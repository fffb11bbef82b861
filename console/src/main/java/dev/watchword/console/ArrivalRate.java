package dev.watchword.console;

/**
 * Events a second over the last ten seconds, by arrival. Remembers the last {@value #CAPACITY}
 * arrivals; at higher rates the window shrinks to these. Used under its owner's lock.
 */
final class ArrivalRate {
  static final int CAPACITY = 512;
  private static final long WINDOW_MICROS = 10_000_000;
  private static final long LEAST_MICROS = 1_000_000;

  private final long[] arrivals = new long[CAPACITY];
  private long count;
  private long first = Long.MIN_VALUE;

  void arrived(long nowMicros) {
    if (count == 0) {
      first = nowMicros;
    }
    arrivals[(int) (count++ % CAPACITY)] = nowMicros;
  }

  /**
   * A source younger than ten seconds is measured over its age, so that it does not look slow. The
   * arrival that opens the window is not counted: n intervals, not n + 1 posts.
   */
  double perSecond(long nowMicros) {
    long oldest = Math.max(first, nowMicros - WINDOW_MICROS);
    if (count > CAPACITY) {
      oldest = Math.max(oldest, arrivals[(int) (count % CAPACITY)]);
    }
    int recent = 0;
    for (int i = 0; i < Math.min(count, CAPACITY); i++) {
      if (arrivals[i] > oldest) {
        recent++;
      }
    }
    return recent == 0 ? 0 : recent * 1e6 / Math.max(LEAST_MICROS, nowMicros - oldest);
  }
}
