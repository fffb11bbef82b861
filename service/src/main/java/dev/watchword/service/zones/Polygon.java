package dev.watchword.service.zones;

import java.util.ArrayList;
import java.util.List;

/** An area of a picture, its corners in fractions of width and height. */
public record Polygon(List<Point> corners) {
  /** 0,0 is the upper left corner of the picture, 1,1 the lower right one. */
  public record Point(double x, double y) {}

  public Polygon {
    corners = List.copyOf(corners);
    if (corners.size() < 3) {
      throw new IllegalArgumentException("an area needs at least three corners");
    }
  }

  /**
   * Reads {@code "0,0 0.5,0 0.5,0.2"}. Throws {@link IllegalArgumentException} with one sentence
   * when it is written otherwise.
   */
  public static Polygon of(String text) {
    List<Point> corners = new ArrayList<>();
    for (String corner : text.strip().split("\\s+")) {
      try {
        double[] point = point(corner);
        corners.add(new Point(point[0], point[1]));
      } catch (IllegalArgumentException e) {
        throw wrong(text);
      }
    }
    if (corners.size() < 3) {
      throw wrong(text);
    }
    return new Polygon(corners);
  }

  /** Reads {@code "0.5,0.2"}. */
  static double[] point(String text) {
    String[] parts = text.split(",", -1);
    if (parts.length != 2) {
      throw new IllegalArgumentException("not a point: " + text);
    }
    return new double[] {fraction(parts[0]), fraction(parts[1])};
  }

  private static double fraction(String text) {
    double value = Double.parseDouble(text);
    if (!(value >= 0 && value <= 1)) {
      throw new NumberFormatException();
    }
    return value;
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "expected three or more corners in fractions of the picture, such as '0,0 1,0 1,0.1 0,0.1',"
            + " not '"
            + text
            + "'");
  }

  /** Even-odd rule. */
  public boolean contains(double x, double y) {
    boolean inside = false;
    Point from = corners.get(corners.size() - 1);
    for (Point to : corners) {
      if ((from.y() > y) != (to.y() > y)
          && x < (to.x() - from.x()) * (y - from.y()) / (to.y() - from.y()) + from.x()) {
        inside = !inside;
      }
      from = to;
    }
    return inside;
  }

  /** How far the point is from the nearest edge, inside or outside, in fractions of the picture. */
  public double distanceToEdge(double x, double y) {
    double nearest = Double.MAX_VALUE;
    Point from = corners.get(corners.size() - 1);
    for (Point to : corners) {
      nearest = Math.min(nearest, distance(from, to, x, y));
      from = to;
    }
    return nearest;
  }

  private static double distance(Point from, Point to, double x, double y) {
    double dx = to.x() - from.x();
    double dy = to.y() - from.y();
    double length = dx * dx + dy * dy;
    double along = length == 0 ? 0 : ((x - from.x()) * dx + (y - from.y()) * dy) / length;
    double share = Math.max(0, Math.min(1, along));
    return Math.hypot(x - from.x() - share * dx, y - from.y() - share * dy);
  }
}
