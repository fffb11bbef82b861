package dev.watchword.sink.events;

import dev.watchword.service.config.Section;
import java.time.Duration;

/**
 * What counts as an object and when it is gone: section {@code events} of the file.
 *
 * @param minScore a detection needs it to be the beginning of an object
 * @param keepScore a detection needs it to count for an object that is followed already
 * @param confirm in so many frames an object must be seen ...
 * @param confirmOf ... of so many after one another, to be told of
 * @param patience an object that is not seen for so long in frames that were looked at is gone
 * @param silence when no frame was looked at for so long, nobody knows any more what is there. At
 *     least twice the patience
 * @param grace for so long a missing frame is waited for, in capture time
 * @param updateEvery an event that goes on is told of so often, in capture time
 */
public record TrackingConfig(
    double minScore,
    double keepScore,
    int confirm,
    int confirmOf,
    Duration patience,
    Duration silence,
    Duration grace,
    Duration updateEvery) {
  public static final TrackingConfig DEFAULT =
      new TrackingConfig(
          0.5,
          0.25,
          2,
          3,
          Duration.ofSeconds(4),
          Duration.ofSeconds(30),
          Duration.ofSeconds(2),
          Duration.ofSeconds(10));

  private static final Duration LONGEST = Duration.ofHours(24);
  private static final Duration SHORTEST = Duration.ofMillis(100);

  public static TrackingConfig from(Section events) {
    double minScore = events.number("min-score", DEFAULT.minScore, 0, 1);
    int confirm = events.integer("confirm", DEFAULT.confirm, 1, 30);
    Duration patience = duration(events, "patience", DEFAULT.patience, SHORTEST);
    return new TrackingConfig(
        minScore,
        events.number("keep-score", Math.min(DEFAULT.keepScore, minScore), 0, minScore),
        confirm,
        events.integer("confirm-of", Math.max(confirm + 1, DEFAULT.confirmOf), confirm, 31),
        patience,
        duration(events, "silence", DEFAULT.silence, patience.multipliedBy(2)),
        duration(events, "grace", DEFAULT.grace, Duration.ZERO),
        duration(events, "update-every", DEFAULT.updateEvery, SHORTEST));
  }

  private static Duration duration(Section events, String key, Duration otherwise, Duration least) {
    Duration duration = events.duration(key, otherwise.compareTo(least) < 0 ? least : otherwise);
    if (duration.compareTo(least) < 0 || duration.compareTo(LONGEST) > 0) {
      throw events.wrong(
          key, "must be between " + seconds(least) + " and 24h, not " + seconds(duration));
    }
    return duration;
  }

  private static String seconds(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }

  long patienceMicros() {
    return patience.toNanos() / 1000;
  }

  long silenceMicros() {
    return silence.toNanos() / 1000;
  }

  long graceMicros() {
    return grace.toNanos() / 1000;
  }

  long updateEveryMicros() {
    return updateEvery.toNanos() / 1000;
  }
}
