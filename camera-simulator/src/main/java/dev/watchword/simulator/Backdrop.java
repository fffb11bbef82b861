package dev.watchword.simulator;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a fixed camera always sees: sky, ground, buildings, lines on the ground, poles. Unit
 * coordinates; the horizon is the height at which the ground begins.
 */
record Backdrop(
    double horizon,
    Color zenith,
    Color haze,
    Color foreground,
    List<Block> blocks,
    List<Stripe> stripes,
    List<Block> poles) {

  /** A filled rectangle. */
  record Block(Rectangle2D.Double area, Color colour) {}

  /** A line from the horizon to the front edge. */
  record Stripe(double far, double near, double width, Color colour) {}

  /** Anything the demo checkpoint may meet. */
  static Backdrop random(Dice dice) {
    double horizon = dice.uniform(0.12, 0.45);
    Color zenith = dice.colour(60, 220);
    Color haze = dice.colour(40, 200);
    Color foreground = dice.colour(40, 200);
    List<Block> blocks = new ArrayList<>();
    for (int n = dice.between(0, 5); n > 0; n--) {
      blocks.add(
          block(
              dice.uniform(0, 1),
              dice.uniform(0.05, 0.25),
              dice.uniform(0.05, horizon),
              horizon,
              dice.colour(40, 200)));
    }
    List<Stripe> stripes = new ArrayList<>();
    for (int n = dice.between(0, 4); n > 0; n--) {
      stripes.add(
          new Stripe(
              dice.uniform(-1, 2),
              dice.uniform(-1, 2),
              1.0 / dice.between(40, 120),
              dice.colour(90, 240)));
    }
    List<Block> poles = new ArrayList<>();
    for (int n = dice.between(0, 2); n > 0; n--) {
      poles.add(
          pole(
              dice.uniform(0, 1),
              dice.uniform(0, horizon),
              dice.uniform(horizon, 1),
              dice.colour(30, 120)));
    }
    return new Backdrop(horizon, zenith, haze, foreground, blocks, stripes, poles);
  }

  /** A pleasant place of that kind. */
  static Backdrop of(Setting setting, Dice dice) {
    double horizon = dice.uniform(0.25, 0.31);
    List<Block> blocks = new ArrayList<>();
    double x = dice.uniform(-0.05, 0.08);
    while (x < 0.95 && blocks.size() < 5) {
      double width = dice.uniform(0.10, 0.24);
      Color wall = Colours.between(setting.haze, dice.colour(50, 170), 0.55);
      blocks.add(block(x, width, dice.uniform(0.3, 0.8) * horizon, horizon, wall));
      x += width * dice.uniform(0.85, 1.5);
    }
    double post = dice.chance(0.5) ? dice.uniform(0.03, 0.12) : dice.uniform(0.86, 0.95);
    List<Block> poles = List.of(pole(post, 0.3 * horizon, horizon + 0.14, new Color(58, 60, 64)));
    return new Backdrop(
        horizon,
        dice.near(setting.zenith, 14),
        dice.near(setting.haze, 14),
        dice.near(setting.foreground, 10),
        blocks,
        stripes(setting),
        poles);
  }

  private static List<Stripe> stripes(Setting setting) {
    Color chalk = new Color(226, 222, 208);
    Color amber = new Color(222, 178, 84);
    return switch (setting) {
      case YARD ->
          List.of(new Stripe(0.62, 1.5, 1.0 / 70, chalk), new Stripe(0.38, -0.5, 1.0 / 70, chalk));
      case STREET ->
          List.of(
              new Stripe(-0.98, 1.95, 1.0 / 90, chalk),
              new Stripe(-0.95, 1.35, 1.0 / 80, amber),
              new Stripe(-0.9, 0.85, 1.0 / 60, chalk));
      case LOT ->
          List.of(
              new Stripe(0.30, -0.35, 1.0 / 90, chalk),
              new Stripe(0.46, 0.28, 1.0 / 90, chalk),
              new Stripe(0.62, 0.92, 1.0 / 90, chalk),
              new Stripe(0.78, 1.55, 1.0 / 90, chalk));
    };
  }

  private static Block block(double x, double width, double height, double horizon, Color colour) {
    return new Block(new Rectangle2D.Double(x, horizon - height, width, height), colour);
  }

  private static Block pole(double x, double top, double bottom, Color colour) {
    return new Block(new Rectangle2D.Double(x, top, 1.0 / 60, bottom - top), colour);
  }

  /** How near the ground at height {@code y} is: 0 at the horizon, 1 at the front edge. */
  double nearness(double y) {
    return (y - horizon) / (1 - horizon);
  }

  /** Colour of the bare ground (or sky) at height {@code y}. */
  Color colourAt(double y) {
    return y < horizon
        ? Colours.between(zenith, haze, y / horizon)
        : Colours.between(haze, foreground, nearness(y));
  }

  /** Paints everything; {@code canvas} draws in unit coordinates onto {@code picture}. */
  void paint(BufferedImage picture, Graphics2D canvas) {
    int width = picture.getWidth();
    int height = picture.getHeight();
    int[] row = new int[width];
    for (int y = 0; y < height; y++) {
      Arrays.fill(row, colourAt((y + 0.5) / height).getRGB());
      picture.setRGB(0, y, width, 1, row, 0, width);
    }
    blocks.forEach(block -> fill(canvas, block));
    for (Stripe stripe : stripes) {
      canvas.setColor(stripe.colour);
      canvas.setStroke(
          new BasicStroke((float) stripe.width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
      canvas.draw(new Line2D.Double(stripe.far, horizon, stripe.near, 1));
    }
    poles.forEach(pole -> fill(canvas, pole));
  }

  private static void fill(Graphics2D canvas, Block block) {
    canvas.setColor(block.colour);
    canvas.fill(block.area);
  }
}
