package dev.watchword.simulator;

import dev.watchword.simulator.Actor.Waypoint;
import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Decides who passes through a setting, when and where, so that they seldom hide each other. */
final class Cast {
  private static final int TRIES = 16;

  /** So far outside, neither a walker nor the shadow can be seen. */
  private static final double EDGE = 0.2;

  private static final List<Color> CLOTHES =
      List.of(
          new Color(204, 62, 54),
          new Color(44, 96, 176),
          new Color(232, 190, 70),
          new Color(58, 140, 96),
          new Color(126, 74, 150),
          new Color(232, 228, 216),
          new Color(226, 124, 56));
  private static final List<Color> TROUSERS =
      List.of(
          new Color(40, 48, 76),
          new Color(58, 54, 52),
          new Color(96, 80, 62),
          new Color(30, 34, 38));
  private static final List<Color> PAINTS =
      List.of(
          new Color(194, 42, 46),
          new Color(232, 232, 228),
          new Color(40, 84, 160),
          new Color(214, 172, 58),
          new Color(46, 118, 96),
          new Color(46, 48, 54));
  private static final List<Color> BAGS =
      List.of(
          new Color(150, 44, 44),
          new Color(36, 62, 112),
          new Color(92, 58, 36),
          new Color(20, 96, 100));
  private static final List<Color> BOXES =
      List.of(
          new Color(236, 232, 222),
          new Color(120, 168, 208),
          new Color(226, 180, 96),
          new Color(150, 190, 150));

  private final Dice dice;
  private final Backdrop backdrop;
  private final double period;
  private final List<Actor> actors = new ArrayList<>();
  private final int first;
  private int turns;

  private Cast(Dice dice, Backdrop backdrop, double period) {
    this.dice = dice;
    this.backdrop = backdrop;
    this.period = period;
    first = dice.between(0, 99);
  }

  static List<Actor> of(Setting setting, Dice dice, Backdrop backdrop, double period) {
    Cast cast = new Cast(dice, backdrop, period);
    switch (setting) {
      case YARD -> cast.yard();
      case STREET -> cast.street();
      case LOT -> cast.lot();
    }
    return List.copyOf(cast.actors);
  }

  private void yard() {
    if (period >= 15) {
      forgottenBag();
    }
    each(9, this::walker, (who, enters) -> crossing(who, enters, 0.25, 0.9, 6, 9));
    each(16, this::car, (who, enters) -> crossing(who, enters, 0.28, 0.45, 5, 7));
  }

  private void street() {
    each(6, this::car, this::driving);
    each(13, this::truck, this::driving);
    each(10, this::walker, this::strolling);
  }

  private void lot() {
    parked(car(), dice.uniform(0.22, 0.3), 0.36, 1);
    parked(truck(), dice.uniform(0.74, 0.82), 0.3, 0.85);
    parked(new Sprite.Bag(1.3, next(BAGS)), dice.uniform(0.44, 0.54), 0.46, 1.1);
    each(8, this::walker, (who, enters) -> crossing(who, enters, 0.55, 0.9, 7, 9));
    each(12, this::car, (who, enters) -> crossing(who, enters, 0.62, 0.8, 4, 6));
  }

  private interface Passage {
    Actor of(Sprite who, double enters);
  }

  /** Sends someone through about every so many seconds, at least once a period. */
  private void each(double seconds, Supplier<Sprite> sprites, Passage passage) {
    int count = (int) Math.max(1, Math.round(period / seconds));
    for (int i = 0; i < count; i++) {
      Sprite who = sprites.get();
      double enters = (i + dice.uniform(0.1, 0.6)) * period / count;
      add(() -> passage.of(who, enters));
    }
  }

  /** Takes the candidate that overlaps least with those already there. */
  private void add(Supplier<Actor> candidates) {
    Actor best = null;
    double least = Double.MAX_VALUE;
    for (int i = 0; i < TRIES && least > 0.02; i++) {
      Actor candidate = candidates.get();
      double clash = clash(candidate);
      if (clash < least) {
        best = candidate;
        least = clash;
      }
    }
    actors.add(best);
  }

  private double clash(Actor candidate) {
    double worst = 0;
    for (double t = 0; t < period; t += 0.25) {
      Placed here = candidate.at(t, period, backdrop).orElse(null);
      for (int i = 0; here != null && i < actors.size(); i++) {
        worst =
            Math.max(worst, actors.get(i).at(t, period, backdrop).map(here::overlap).orElse(0.0));
      }
    }
    return worst;
  }

  /** Someone puts a bag down and walks away; later another picks it up and carries it off. */
  private void forgottenBag() {
    double y = ground(dice.uniform(0.55, 0.7));
    double drop = dice.uniform(0.4, 0.5);
    double enters = dice.uniform(0, period);
    Sprite bag = new Sprite.Bag(dice.uniform(1.0, 1.3), next(BAGS));
    Sprite owner = walker();
    Sprite fetcher = walker();
    double reach = Actor.height(owner, 1, backdrop.nearness(y)) * 0.36;
    double lift = reach * 0.5;
    double drops = 0.22 * period;
    double fetched = 0.68 * period;
    double pause = Math.min(1, 0.04 * period);
    double end = 0.92 * period;

    actors.add(
        new Actor(
            owner,
            1,
            enters,
            List.of(
                new Waypoint(0, -EDGE, y),
                new Waypoint(drops, drop, y),
                new Waypoint(drops + pause, drop, y),
                new Waypoint(drops * 2 + pause, 1 + EDGE, y + 0.03))));
    double lies = drop - reach;
    double waits = lies - reach;
    double fetcherEnters = fetched - drops * 0.7;
    actors.add(
        new Actor(
            fetcher,
            1,
            enters + fetcherEnters,
            List.of(
                new Waypoint(0, -EDGE, y),
                new Waypoint(drops * 0.7, waits, y),
                new Waypoint(drops * 0.7 + pause, waits, y),
                new Waypoint(end - fetcherEnters, 1 + EDGE, y))));
    double near = y + 0.002;
    actors.add(
        new Actor(
            bag,
            1.1,
            enters,
            List.of(
                new Waypoint(0, -EDGE - reach, near, lift),
                new Waypoint(drops, lies, near, lift),
                new Waypoint(drops + pause * 0.5, lies, near),
                new Waypoint(fetched, lies, near),
                new Waypoint(fetched + pause, lies, near, lift),
                new Waypoint(end, 1 + EDGE + reach, near, lift))));
  }

  private Actor crossing(
      Sprite sprite,
      double enters,
      double farthest,
      double nearest,
      double quickest,
      double slowest) {
    double y = ground(dice.uniform(farthest, nearest));
    double drift = sprite instanceof Sprite.Person ? dice.uniform(-0.06, 0.06) : 0;
    return across(sprite, enters, y, y + drift, dice.chance(0.5), dice.uniform(quickest, slowest));
  }

  /** Along the road: to the left on the far lane, to the right on the near one. */
  private Actor driving(Sprite vehicle, double enters) {
    boolean right = dice.chance(0.5);
    double left = ground(right ? 0.46 : 0.36);
    double slope = right ? 0.36 : 0.29;
    return along(vehicle, enters, left, slope, right, dice.uniform(5, 7));
  }

  /** On the pavement beyond the road. */
  private Actor strolling(Sprite walker, double enters) {
    return along(walker, enters, ground(0.27), 0.21, dice.chance(0.5), dice.uniform(9, 12));
  }

  private Actor along(
      Sprite sprite, double enters, double left, double slope, boolean right, double seconds) {
    Actor level = across(sprite, enters, left, left, right, seconds);
    List<Waypoint> way =
        level.way().stream()
            .map(point -> new Waypoint(point.seconds(), point.x(), left + slope * point.x()))
            .toList();
    return new Actor(level.sprite(), sprite instanceof Sprite.Person ? 1 : 0.85, enters, way);
  }

  /**
   * From beyond one edge to beyond the other; a sprite is drawn facing right and turned when it
   * goes left.
   */
  private Actor across(
      Sprite sprite, double enters, double from, double to, boolean right, double seconds) {
    // Its shadow is as wide as it is high, and has to be out of sight as well.
    double margin = 0.04 + 0.5 * Math.max(1, sprite.aspect()) * Actor.height(sprite, 1, 1);
    double lasts = Math.min(seconds, 0.9 * period);
    Waypoint start = new Waypoint(0, right ? -margin : 1 + margin, from);
    Waypoint end = new Waypoint(lasts, right ? 1 + margin : -margin, to);
    return new Actor(
        right ? sprite : sprite.mirrored(), dice.uniform(0.9, 1.08), enters, List.of(start, end));
  }

  private void parked(Sprite sprite, double x, double nearness, double size) {
    double y = ground(nearness);
    actors.add(
        new Actor(sprite, size, 0, List.of(new Waypoint(0, x, y), new Waypoint(period, x, y))));
  }

  private double ground(double nearness) {
    return backdrop.horizon() + nearness * (1 - backdrop.horizon());
  }

  private Sprite walker() {
    return Sprite.Person.dressed(dice, next(CLOTHES), next(TROUSERS));
  }

  private Sprite car() {
    return Sprite.Car.painted(dice, next(PAINTS));
  }

  private Sprite truck() {
    return new Sprite.Truck(dice.uniform(1.6, 2.4), next(PAINTS), next(BOXES), 1);
  }

  /** Colours in turn from a random start, so that those seen together differ. */
  private Color next(List<Color> colours) {
    return colours.get((first + turns++) % colours.size());
  }
}
