package dev.watchword.ingest;

import java.util.Locale;

/** Why a captured frame that was not left out by sampling was not published. */
public enum DropReason {
  /** The decoder concealed errors in it or in a frame that it is predicted from. */
  DAMAGED,
  /** The picture could not be scaled or written as JPEG. */
  NOT_ENCODED,
  /** The broker did not take it in time. */
  BROKER_AWAY,
  /** The schema registry did not answer. */
  REGISTRY_AWAY,
  /** The producer's buffer was full. */
  QUEUE_FULL,
  /** It is larger than the producer or the broker takes. */
  TOO_LARGE,
  /** The broker or registry refused it: not allowed, or an incompatible schema. */
  REFUSED,
  /** The service stopped before the broker had it. */
  STOPPED,
  /** It was the oldest in the outbox, which had no room for newer ones. */
  OUTBOX_FULL,
  /** The disk did not take it, or did not give it back. */
  OUTBOX_FAILED;

  /** Whether the frame itself is sound and may be sent later. */
  boolean isPassing() {
    return this == BROKER_AWAY || this == REGISTRY_AWAY || this == QUEUE_FULL || this == STOPPED;
  }

  /** The value of the metric's label. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
