package dev.watchword.ingest;

import dev.watchword.schemas.RecordingCause;
import dev.watchword.schemas.RecordingState;

/**
 * What becomes of a camera's recording.
 *
 * @param detail one sentence where it is degraded, else empty
 */
record Recording(RecordingState state, RecordingCause cause, String detail) {
  static final Recording OFF = new Recording(RecordingState.OFF, RecordingCause.NONE, "");
  static final Recording ON = new Recording(RecordingState.RECORDING, RecordingCause.NONE, "");

  static Recording degraded(RecordingCause cause, String detail) {
    return new Recording(RecordingState.DEGRADED, cause, detail);
  }

  boolean isDegraded() {
    return state == RecordingState.DEGRADED;
  }

  /** Whether people should be told again: how much room a full disk has is no news. */
  boolean differsFrom(Recording other) {
    return state != other.state || cause != other.cause;
  }
}
