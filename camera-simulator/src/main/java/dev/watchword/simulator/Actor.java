package dev.watchword.simulator;

import java.util.List;
import java.util.Optional;

/**
 * A sprite and its way through the scene, repeated each period.
 *
 * @param size its own size, about 1
 * @param enters seconds into the period at which it appears; may pass the period's end
 * @param way at least two points in time order, the first at 0; it is gone after the last
 */
record Actor(Sprite sprite, double size, double enters, List<Waypoint> way) {
  /** Nothing is drawn smaller than this, however far away. */
  static final double SMALLEST = 0.045;

  private static final double STEPS_PER_SECOND = 1.8;

  /**
   * Where it is {@code seconds} after it appeared; on the way between two points it moves evenly.
   */
  record Waypoint(double seconds, double x, double y, double lift) {
    Waypoint(double seconds, double x, double y) {
      this(seconds, x, y, 0);
    }
  }

  Actor {
    way = List.copyOf(way);
  }

  /** Where it stands at that moment of the period, if it is there at all. */
  Optional<Placed> at(double seconds, double period, Backdrop backdrop) {
    double age = (((seconds - enters) % period) + period) % period;
    for (int i = 1; i < way.size(); i++) {
      if (age <= way.get(i).seconds) {
        return Optional.of(between(way.get(i - 1), way.get(i), age, backdrop));
      }
    }
    return Optional.empty();
  }

  private Placed between(Waypoint from, Waypoint to, double age, Backdrop backdrop) {
    double share = (age - from.seconds) / Math.max(1e-9, to.seconds - from.seconds);
    double y = mix(from.y, to.y, share);
    double stride = from.x == to.x ? 0 : Math.sin(2 * Math.PI * STEPS_PER_SECOND * age);
    double height = height(sprite, size, backdrop.nearness(y));
    return new Placed(
        sprite, mix(from.x, to.x, share), y, height, mix(from.lift, to.lift, share), stride);
  }

  /** Perspective of the demo checkpoint's training scenes: a quarter of the size at the horizon. */
  static double height(Sprite sprite, double size, double nearness) {
    return Math.max(SMALLEST, sprite.reach() * (0.25 + 0.75 * nearness) * size);
  }

  private static double mix(double from, double to, double share) {
    return from + (to - from) * share;
  }
}
