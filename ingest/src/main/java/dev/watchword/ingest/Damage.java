package dev.watchword.ingest;

/**
 * Follows damage through a stream. A decoder flags only the frame in which it concealed errors, but
 * all that is predicted from that frame inherits them: everything is dirty until the next sound key
 * frame. So is what comes before the first one, as of a stream that was joined in between.
 */
final class Damage {
  private boolean dirty = true;

  /** Whether this frame shows damage. Call it once for each frame, in order. */
  boolean isDirty(boolean keyFrame, boolean broken) {
    dirty = broken || (dirty && !keyFrame);
    return dirty;
  }
}
