package dev.watchword.sink.archive;

import dev.watchword.service.config.Section;
import java.time.Duration;
import java.util.Optional;

/**
 * How long what is stored by days stays: archived rows, and evidence.
 *
 * @param keep whole days older than this are deleted; empty: none for their age
 * @param maxBytes the oldest days are deleted while all files together are larger; empty: none for
 *     their size
 */
record Retention(Optional<Duration> keep, Optional<Long> maxBytes) {
  private static final Duration LEAST = Duration.ofDays(1);

  /** Reads {@code keep} and {@code max-size} of a section. */
  static Retention from(Section section) {
    Optional<Duration> keep =
        section.has("keep")
            ? Optional.of(section.duration("keep", Duration.ZERO))
            : Optional.empty();
    if (keep.isPresent() && keep.get().compareTo(LEAST) < 0) {
      throw section.wrong("keep", "must be at least 1d, as whole days are deleted");
    }
    Optional<Long> maxBytes =
        section.has("max-size") ? Optional.of(section.bytes("max-size", 0)) : Optional.empty();
    return new Retention(keep, maxBytes);
  }

  boolean isForEver() {
    return keep.isEmpty() && maxBytes.isEmpty();
  }
}
