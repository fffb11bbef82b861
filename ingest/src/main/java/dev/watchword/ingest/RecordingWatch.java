package dev.watchword.ingest;

import dev.watchword.schemas.RecordingCause;

/**
 * How the recording of one camera goes: told by the recorder and by the camera that feeds it, read
 * by any thread.
 */
final class RecordingWatch {
  private static final Recording SLOW =
      Recording.degraded(
          RecordingCause.DISK_SLOW, "the disk is too slow; parts of the video are not recorded");

  private volatile Recording disk = Recording.ON;
  private volatile boolean behind;

  Recording now() {
    Recording now = disk;
    return behind && !now.isDegraded() ? SLOW : now;
  }

  void going() {
    disk = Recording.ON;
  }

  void stopped(RecordingCause cause, String detail) {
    disk = Recording.degraded(cause, detail);
  }

  /** A packet found no room in the recorder's queue. */
  void fellBehind() {
    behind = true;
  }

  /** The recorder has come to what follows the packets that are missing. */
  void caughtUp() {
    behind = false;
  }
}
