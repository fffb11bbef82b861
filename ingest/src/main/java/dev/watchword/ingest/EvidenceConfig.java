package dev.watchword.ingest;

import dev.watchword.service.config.Section;
import java.time.Duration;

/**
 * How much of a camera's compressed video is kept in memory, so that a moment can be had at full
 * resolution later.
 *
 * @param keep how far back; zero keeps nothing
 * @param maxBytes the most that it may take, whatever {@code keep} says
 */
public record EvidenceConfig(Duration keep, long maxBytes) {
  public static final EvidenceConfig DEFAULT =
      new EvidenceConfig(Duration.ofSeconds(30), 32L << 20);

  private static final Duration LONGEST = Duration.ofMinutes(10);

  /** Reads the section {@code evidence} of a camera. */
  static EvidenceConfig from(Section section) {
    Duration keep = section.duration("keep", DEFAULT.keep());
    if (keep.compareTo(LONGEST) > 0) {
      throw section.wrong("keep", "must be at most 10m; record what is wanted for longer");
    }
    return new EvidenceConfig(keep, section.bytes("max-size", DEFAULT.maxBytes()));
  }
}
