package dev.watchword.inference;

import java.util.Locale;

/** How a frame and prompt ended: the label {@code outcome} in the metrics. */
enum RequestOutcome {
  INFERRED,
  SKIPPED_STALE,
  FAILED,
  DUPLICATE,
  NO_PROMPT;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
