package dev.watchword.ingest.outbox;

import dev.watchword.schemas.SampledFrame;

/** A frame of the outbox. What becomes of it must be told to {@link Outbox#settle}. */
public final class Spooled {
  private final Segment segment;
  private final Origin origin;
  private final int offset;
  private final int end;
  private SampledFrame frame;
  private boolean taken;
  private boolean gone;

  /** Whose frame it is: enough to account for it without reading it. */
  public record Origin(String camera, String session, long capturedAtMicros) {}

  Spooled(Segment segment, Origin origin, int offset, int end) {
    this.segment = segment;
    this.origin = origin;
    this.offset = offset;
    this.end = end;
  }

  public Origin origin() {
    return origin;
  }

  /** The frame itself, from when it is taken to when it is settled. */
  public SampledFrame frame() {
    return frame;
  }

  Segment segment() {
    return segment;
  }

  /** Where its block begins in the segment's file. */
  int offset() {
    return offset;
  }

  int end() {
    return end;
  }

  boolean isWaiting() {
    return !taken && !gone;
  }

  boolean isGone() {
    return gone;
  }

  void take(SampledFrame read) {
    taken = true;
    frame = read;
  }

  void giveBack() {
    taken = false;
    frame = null;
  }

  void remove() {
    gone = true;
    frame = null;
  }
}
