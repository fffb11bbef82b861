package dev.watchword.inference;

import java.util.Locale;

/** Why a record went to the dead-letter topic: the label {@code reason} in the metrics. */
enum DeadLetterReason {
  /** The bytes fit no schema. */
  UNREADABLE,
  /** The picture in the frame cannot be decoded. */
  IMAGE;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
