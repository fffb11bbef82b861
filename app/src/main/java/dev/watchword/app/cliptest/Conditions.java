package dev.watchword.app.cliptest;

import dev.watchword.schemas.BoundingBox;
import dev.watchword.schemas.Detection;
import dev.watchword.service.zones.Polygon;
import java.time.Duration;
import java.util.Optional;

/**
 * What counts for an expectation.
 *
 * @param zone an area's name; empty for the whole picture
 * @param score the least one; empty for that of the events service
 * @param from the clip's time, inclusive
 * @param to the clip's time, inclusive; empty for the clip's end
 */
record Conditions(
    String label,
    Optional<String> zone,
    Optional<Double> score,
    Duration from,
    Optional<Duration> to) {
  boolean isWithin(Duration at) {
    return at.compareTo(from) >= 0 && to.map(end -> at.compareTo(end) <= 0).orElse(true);
  }

  /** Whether the box counts; its score is not looked at. */
  boolean isMeant(Detection seen, Watched watched) {
    return seen.getLabel().equals(label)
        && zone.map(name -> stands(seen.getBox(), watched.zones().areas().get(name))).orElse(true);
  }

  /** As for events: where the object meets the ground. */
  private static boolean stands(BoundingBox box, Polygon area) {
    return area.contains((box.getXMin() + box.getXMax()) / 2.0, box.getYMax());
  }

  double leastScore(Watched watched) {
    return score.orElse(watched.minScore());
  }

  /** The time as it is said, for example {@code from 3 s to 7.5 s}; empty for the whole clip. */
  String time() {
    if (to.isPresent()) {
      return " from " + Times.of(from) + " to " + Times.of(to.get());
    }
    return from.isZero() ? "" : " from " + Times.of(from) + " on";
  }
}
