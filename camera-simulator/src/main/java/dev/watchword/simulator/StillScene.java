package dev.watchword.simulator;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/**
 * One picture of a random place with up to four random objects, of the kind that the demo
 * checkpoint was trained on.
 */
final class StillScene {
  private static final int TRIES = 12;
  private static final double MOST_OVERLAP = 0.12;

  private StillScene() {}

  static DrawnFrame draw(long seed, int width, int height) {
    Dice dice = new Dice(seed);
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Canvas canvas = new Canvas(picture);
    Backdrop backdrop = Backdrop.random(dice);
    Graphics2D g = canvas.open();
    backdrop.paint(picture, g);
    g.dispose();
    List<TruthBox> truth = canvas.draw(objects(dice, backdrop), canvas::underfoot);
    Sensor sensor = Sensor.random(dice);
    sensor.expose(picture, sensor.grains(dice), 0);
    return new DrawnFrame(picture, truth);
  }

  private static List<Placed> objects(Dice dice, Backdrop backdrop) {
    List<Placed> placed = new ArrayList<>();
    for (int n = dice.weighted(0.12, 0.3, 0.28, 0.18, 0.12); n > 0; n--) {
      for (int tries = 0; tries < TRIES; tries++) {
        Placed object = object(dice, backdrop);
        if (placed.stream().allMatch(other -> object.overlap(other) < MOST_OVERLAP)) {
          placed.add(object);
          break;
        }
      }
    }
    return placed;
  }

  private static Placed object(Dice dice, Backdrop backdrop) {
    Sprite sprite =
        switch (dice.between(0, 3)) {
          case 0 -> Sprite.Person.random(dice);
          case 1 -> Sprite.Car.random(dice);
          case 2 -> Sprite.Truck.random(dice);
          default -> Sprite.Bag.random(dice);
        };
    double y = dice.uniform(backdrop.horizon() + 0.12, 1.04);
    double height = Actor.height(sprite, dice.uniform(0.8, 1.15), backdrop.nearness(y));
    return new Placed(sprite, dice.uniform(0.04, 0.96), y, height, 0, 0);
  }
}
