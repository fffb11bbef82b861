package dev.watchword.simulator;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Draws placed sprites onto a picture, the farthest first, and says what of them can be seen. */
final class Canvas {
  /** An object with less than this share of a side in the picture is not listed. */
  private static final double SLIVER = 0.02;

  /** An object covered by nearer ones over more than this share is not listed. */
  private static final double HIDDEN = 0.6;

  private static final int SAMPLES = 16;

  private final BufferedImage picture;

  Canvas(BufferedImage picture) {
    this.picture = picture;
  }

  /** A graphics context in unit coordinates; the caller disposes of it. */
  Graphics2D open() {
    Graphics2D g = picture.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    g.scale(picture.getWidth(), picture.getHeight());
    return g;
  }

  /**
   * Draws the sprites with their shadows.
   *
   * @param ground gives the colour of the ground on which a shadow falls
   * @return what can be seen, farthest first
   */
  List<TruthBox> draw(List<Placed> sprites, Function<Placed, Color> ground) {
    List<Placed> order = farthestFirst(sprites);
    Graphics2D g = open();
    try {
      for (Placed placed : order) {
        drawShadow(g, placed, Colours.scaled(ground.apply(placed), 0.6));
        placed.sprite().draw(g, placed.x(), placed.bottom(), placed.height(), placed.stride());
      }
    } finally {
      g.dispose();
    }
    List<TruthBox> truth = new ArrayList<>();
    for (int i = 0; i < order.size(); i++) {
      visible(order.get(i), order.subList(i + 1, order.size())).ifPresent(truth::add);
    }
    return truth;
  }

  static List<Placed> farthestFirst(List<Placed> sprites) {
    return sprites.stream().sorted(Comparator.comparingDouble(Placed::y)).toList();
  }

  /** The colour already painted where the sprite stands. */
  Color underfoot(Placed placed) {
    int x = Math.min(picture.getWidth() - 1, Math.max(0, (int) (placed.x() * picture.getWidth())));
    int y =
        Math.min(
            picture.getHeight() - 1, Math.max(0, (int) (placed.y() * picture.getHeight()) - 1));
    return new Color(picture.getRGB(x, y));
  }

  private static void drawShadow(Graphics2D g, Placed placed, Color colour) {
    // A thing held in the hand throws its shadow farther below, where the holder's own shadow lies:
    // none is drawn.
    if (placed.lift() > placed.height() * 0.1) {
      return;
    }
    double h = placed.height();
    g.setColor(colour);
    g.fill(new Ellipse2D.Double(placed.x() - h * 0.5, placed.y() - h * 0.06, h, h * 0.12));
  }

  /**
   * What can be seen of a sprite, if anything.
   *
   * @param nearer those that may stand before it
   */
  static Optional<TruthBox> visible(Placed placed, List<Placed> nearer) {
    double xMin = Math.max(0, placed.left());
    double yMin = Math.max(0, placed.top());
    double xMax = Math.min(1, placed.right());
    double yMax = Math.min(1, placed.bottom());
    if (xMax - xMin <= SLIVER || yMax - yMin <= SLIVER) {
      return Optional.empty();
    }
    TruthBox box =
        new TruthBox(
            placed.sprite().label(), (float) xMin, (float) yMin, (float) xMax, (float) yMax);
    return coveredShare(box, nearer) > HIDDEN ? Optional.empty() : Optional.of(box);
  }

  private static double coveredShare(TruthBox box, List<Placed> nearer) {
    int covered = 0;
    for (int row = 0; row < SAMPLES; row++) {
      double y = box.yMin() + (box.yMax() - box.yMin()) * (row + 0.5) / SAMPLES;
      for (int column = 0; column < SAMPLES; column++) {
        double x = box.xMin() + (box.xMax() - box.xMin()) * (column + 0.5) / SAMPLES;
        if (nearer.stream().anyMatch(placed -> placed.covers(x, y))) {
          covered++;
        }
      }
    }
    return (double) covered / (SAMPLES * SAMPLES);
  }
}
