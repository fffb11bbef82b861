package dev.watchword.simulator;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Arc2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.util.List;

/**
 * How one object looks. All lengths are fractions of a unit square that is stretched over the
 * picture: the demo checkpoint squeezes any picture to a square, and sees these proportions there.
 * The silhouettes are those that it was trained on: change both or neither.
 */
sealed interface Sprite permits Sprite.Person, Sprite.Car, Sprite.Truck, Sprite.Bag {
  Color TYRE = new Color(15, 15, 15);

  String label();

  /** Height at the front edge of the ground, before the sprite's own size is drawn. */
  double reach();

  /** Width over height. */
  double aspect();

  /** The same object, facing the other way. */
  Sprite mirrored();

  /**
   * Draws it standing on {@code (x, y)}, {@code h} high, in unit coordinates.
   *
   * @param stride -1 to 1, where it is in its step; 0 stands still
   */
  void draw(Graphics2D g, double x, double y, double h, double stride);

  private static void fill(Graphics2D g, Color colour, double x0, double y0, double x1, double y1) {
    g.setColor(colour);
    g.fill(new Rectangle2D.Double(x0, y0, x1 - x0, y1 - y0));
  }

  private static void round(
      Graphics2D g, Color colour, double x0, double y0, double x1, double y1, double radius) {
    g.setColor(colour);
    g.fill(new RoundRectangle2D.Double(x0, y0, x1 - x0, y1 - y0, 2 * radius, 2 * radius));
  }

  private static void disc(Graphics2D g, Color colour, double x, double bottom, double radius) {
    g.setColor(colour);
    g.fill(new Ellipse2D.Double(x - radius, bottom - 2 * radius, 2 * radius, 2 * radius));
  }

  private static void polygon(Graphics2D g, Color colour, double... xy) {
    Path2D path = new Path2D.Double();
    path.moveTo(xy[0], xy[1]);
    for (int i = 2; i < xy.length; i += 2) {
      path.lineTo(xy[i], xy[i + 1]);
    }
    path.closePath();
    g.setColor(colour);
    g.fill(path);
  }

  /** Legs, a rounded coat, a head and, if {@code hair} is not null, hair. */
  record Person(double aspect, Color coat, Color trousers, Color skin, Color hair)
      implements Sprite {
    private static final List<Color> SKIN =
        List.of(
            new Color(224, 172, 105),
            new Color(141, 85, 36),
            new Color(255, 219, 172),
            new Color(80, 50, 30));

    static Person random(Dice dice) {
      return dressed(dice, dice.colour(20, 235), dice.colour(20, 235));
    }

    static Person dressed(Dice dice, Color coat, Color trousers) {
      Color hair = dice.chance(0.4) ? dice.colour(20, 235) : null;
      return new Person(dice.uniform(0.28, 0.38), coat, trousers, dice.pick(SKIN), hair);
    }

    @Override
    public String label() {
      return "person";
    }

    @Override
    public double reach() {
      return 0.42;
    }

    @Override
    public Person mirrored() {
      return this;
    }

    @Override
    public void draw(Graphics2D g, double x, double y, double h, double stride) {
      double w = h * aspect;
      double head = h * 0.17;
      double lift = h * 0.05;
      fill(g, trousers, x - w * 0.35, y - h * 0.48, x - w * 0.05, y - lift * Math.max(0, stride));
      fill(g, trousers, x + w * 0.05, y - h * 0.48, x + w * 0.35, y - lift * Math.max(0, -stride));
      round(g, coat, x - w / 2, y - h * 0.85, x + w / 2, y - h * 0.42, w * 0.2);
      disc(g, skin, x, y - h + head, head / 2);
      if (hair != null) {
        g.setColor(hair);
        g.fill(new Arc2D.Double(x - head / 2, y - h, head, head, 0, 180, Arc2D.PIE));
      }
    }
  }

  /** A saloon seen from the side. {@code facing} is 1 to the right, -1 to the left. */
  record Car(double aspect, Color paint, int facing) implements Sprite {
    private static final Color GLASS = new Color(40, 60, 80);

    static Car random(Dice dice) {
      return painted(dice, dice.colour(20, 235));
    }

    static Car painted(Dice dice, Color paint) {
      return new Car(dice.uniform(1.7, 2.3), paint, 1);
    }

    @Override
    public String label() {
      return "car";
    }

    @Override
    public double reach() {
      return 0.30;
    }

    @Override
    public Car mirrored() {
      return new Car(aspect, paint, -facing);
    }

    @Override
    public void draw(Graphics2D g, double x, double y, double h, double stride) {
      double w = h * aspect;
      double f = w * facing;
      double sill = y - h * 0.6;
      double roof = y - h * 0.93;
      round(g, paint, x - w / 2, sill, x + w / 2, y - h * 0.12, h * 0.12);
      polygon(
          g,
          Colours.scaled(paint, 0.85),
          x - f * 0.3,
          sill,
          x - f * 0.18,
          y - h,
          x + f * 0.2,
          y - h,
          x + f * 0.34,
          sill);
      polygon(g, GLASS, x - f * 0.24, sill, x - f * 0.15, roof, x, roof, x, sill);
      polygon(
          g, GLASS, x + f * 0.03, sill, x + f * 0.03, roof, x + f * 0.17, roof, x + f * 0.27, sill);
      disc(g, TYRE, x - w * 0.3, y, h * 0.17);
      disc(g, TYRE, x + w * 0.3, y, h * 0.17);
    }
  }

  /** A box and a cab seen from the side. {@code facing} is 1 to the right, -1 to the left. */
  record Truck(double aspect, Color cab, Color box, int facing) implements Sprite {
    private static final Color GLASS = new Color(50, 70, 90);

    static Truck random(Dice dice) {
      int facing = dice.chance(0.5) ? 1 : -1;
      return new Truck(dice.uniform(1.6, 2.4), dice.colour(20, 235), dice.colour(90, 250), facing);
    }

    @Override
    public String label() {
      return "truck";
    }

    @Override
    public double reach() {
      return 0.46;
    }

    @Override
    public Truck mirrored() {
      return new Truck(aspect, cab, box, -facing);
    }

    @Override
    public void draw(Graphics2D g, double x, double y, double h, double stride) {
      double w = h * aspect;
      double cabWidth = w * 0.24;
      double boxLeft = facing > 0 ? x - w / 2 : x - w / 2 + cabWidth;
      double cabLeft = facing > 0 ? x + w / 2 - cabWidth : x - w / 2;
      fill(g, box, boxLeft, y - h, boxLeft + w - cabWidth, y - h * 0.15);
      fill(g, cab, cabLeft, y - h * 0.7, cabLeft + cabWidth, y - h * 0.12);
      fill(
          g, GLASS, cabLeft + cabWidth * 0.2, y - h * 0.64, cabLeft + cabWidth * 0.8, y - h * 0.42);
      for (double axle : new double[] {-0.38, -0.18, 0.36}) {
        disc(g, TYRE, x + facing * w * axle, y, h * 0.12);
      }
    }
  }

  /** A holdall with a handle and a band. */
  record Bag(double aspect, Color cloth) implements Sprite {

    static Bag random(Dice dice) {
      return new Bag(dice.uniform(0.9, 1.5), dice.colour(20, 235));
    }

    @Override
    public String label() {
      return "bag";
    }

    @Override
    public double reach() {
      return 0.15;
    }

    @Override
    public Bag mirrored() {
      return this;
    }

    @Override
    public void draw(Graphics2D g, double x, double y, double h, double stride) {
      double w = h * aspect;
      double strap = h * 0.09;
      g.setColor(cloth);
      g.setStroke(new BasicStroke((float) strap, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
      g.draw(
          new Arc2D.Double(
              x - w * 0.25 + strap / 2,
              y - h + strap / 2,
              w * 0.5 - strap,
              h * 0.5 - strap,
              0,
              180,
              Arc2D.OPEN));
      round(g, cloth, x - w / 2, y - h * 0.72, x + w / 2, y, h * 0.12);
      g.setColor(Colours.scaled(cloth, 0.6));
      g.setStroke(
          new BasicStroke((float) (h * 0.06), BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
      g.draw(new Line2D.Double(x - w / 2, y - h * 0.45, x + w / 2, y - h * 0.45));
    }
  }
}
