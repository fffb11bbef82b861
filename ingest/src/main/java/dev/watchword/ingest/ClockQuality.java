package dev.watchword.ingest;

import dev.watchword.schemas.CaptureClock;

/**
 * How a capture time was had and how good it is.
 *
 * @param errorMicros by how much it may be wrong, as far as can be told; negative where nothing is
 *     known
 * @param skewPpm by how many parts per million the clock of the camera's stream runs faster than
 *     ours; NaN until that is known
 */
record ClockQuality(CaptureClock clock, long errorMicros, double skewPpm) {
  /** Smaller changes of an error are those of a network from one minute to the next. */
  private static final long NOTABLE_MICROS = 10_000;

  private static final double NOTABLE_PPM = 10;

  /** Whether somebody who was told of the other should be told of this one. */
  boolean differsNotablyFrom(ClockQuality other) {
    return clock != other.clock || errorDiffers(other) || skewDiffers(other);
  }

  private boolean errorDiffers(ClockQuality other) {
    if (errorMicros < 0 || other.errorMicros < 0) {
      return errorMicros < 0 != other.errorMicros < 0;
    }
    long least = Math.min(errorMicros, other.errorMicros);
    long most = Math.max(errorMicros, other.errorMicros);
    return most - least > NOTABLE_MICROS && most > 2 * least;
  }

  private boolean skewDiffers(ClockQuality other) {
    return Double.isNaN(skewPpm) != Double.isNaN(other.skewPpm)
        || Math.abs(skewPpm - other.skewPpm) > NOTABLE_PPM;
  }
}
