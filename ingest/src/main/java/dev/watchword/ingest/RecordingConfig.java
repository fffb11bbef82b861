package dev.watchword.ingest;

import dev.watchword.service.config.Section;
import java.time.Duration;

/**
 * How a camera is recorded.
 *
 * @param segment how long a file gets; it goes on to the next key frame
 * @param keep how old a file may get
 * @param maxBytes how much this camera's files may take together
 * @param keepFree recording stops while the disk has less room than this
 */
public record RecordingConfig(Duration segment, Duration keep, long maxBytes, long keepFree) {
  public static final RecordingConfig DEFAULT =
      new RecordingConfig(Duration.ofSeconds(10), Duration.ofDays(7), 20L << 30, 1L << 30);

  private static final Duration LONGEST_SEGMENT = Duration.ofMinutes(10);

  /** Reads the section {@code recording} of a camera. */
  static RecordingConfig from(Section section) {
    Duration segment = section.duration("segment", DEFAULT.segment());
    if (segment.compareTo(Duration.ofSeconds(1)) < 0 || segment.compareTo(LONGEST_SEGMENT) > 0) {
      throw section.wrong("segment", "must be between 1s and 10m");
    }
    return new RecordingConfig(
        segment,
        section.duration("keep", DEFAULT.keep()),
        section.bytes("max-size", DEFAULT.maxBytes()),
        section.bytes("keep-free", DEFAULT.keepFree()));
  }
}
