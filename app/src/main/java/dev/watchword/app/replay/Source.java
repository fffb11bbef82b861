package dev.watchword.app.replay;

import dev.watchword.schemas.SampledFrame;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A video that a replay reads.
 *
 * @param name of the file, or of the object in the storage; tells it from the replay's others
 * @param file a video, or a folder of pictures
 * @param session that its frames belong to, the same whenever it is read
 * @param start capture time of its first frame
 * @param length empty when it is not known
 * @param from frames captured before are left out
 * @param to frames captured then or later are left out
 */
record Source(
    String name,
    Path file,
    String camera,
    String session,
    Instant start,
    Optional<Duration> length,
    Instant from,
    Instant to) {

  boolean holds(SampledFrame frame) {
    return !frame.getCapturedAt().isBefore(from) && !isOver(frame);
  }

  boolean isOver(SampledFrame frame) {
    return !frame.getCapturedAt().isBefore(to);
  }

  /** How much of it is wanted, as far as is known. */
  Optional<Duration> wanted() {
    return length.map(
        whole -> {
          Instant end = start.plus(whole).isBefore(to) ? start.plus(whole) : to;
          Instant begin = start.isAfter(from) ? start : from;
          return end.isAfter(begin) ? Duration.between(begin, end) : Duration.ZERO;
        });
  }
}
