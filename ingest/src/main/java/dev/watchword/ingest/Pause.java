package dev.watchword.ingest;

import java.time.Duration;

/** How a camera's thread waits; tests return at once. */
interface Pause {
  /** Waits for the given time, less when {@code stop} is set. */
  void await(Duration time, StopSignal stop);

  /** Waits for real. */
  static Pause real() {
    return (time, stop) -> stop.await(time);
  }
}
