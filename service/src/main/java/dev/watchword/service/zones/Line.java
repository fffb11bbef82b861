package dev.watchword.service.zones;

/**
 * A line in a picture that something can cross, in fractions of width and height.
 *
 * @param fromX 0,0 is the upper left corner of the picture, 1,1 the lower right one
 */
public record Line(double fromX, double fromY, double toX, double toY) {
  public Line {
    if (fromX == toX && fromY == toY) {
      throw new IllegalArgumentException("a line needs two different points");
    }
  }

  /**
   * Reads {@code "0.5,0 0.5,1"}. Throws {@link IllegalArgumentException} with one sentence when it
   * is written otherwise.
   */
  public static Line of(String text) {
    String[] points = text.strip().split("\\s+");
    try {
      if (points.length == 2) {
        double[] from = Polygon.point(points[0]);
        double[] to = Polygon.point(points[1]);
        return new Line(from[0], from[1], to[0], to[1]);
      }
    } catch (IllegalArgumentException e) {
      // Said below, for the text as a whole.
    }
    throw new IllegalArgumentException(
        "expected two different points in fractions of the picture, such as '0.5,0 0.5,1', not '"
            + text
            + "'");
  }

  /**
   * How far the point is from the endless line: above 0 on the right hand of someone who walks the
   * picture from the first point to the last and looks ahead, below 0 on the left. With the same
   * unit in both directions this is a distance.
   */
  public double side(double x, double y) {
    double dx = toX - fromX;
    double dy = toY - fromY;
    return (dx * (y - fromY) - dy * (x - fromX)) / Math.hypot(dx, dy);
  }

  /** Whether the way between two points that lie on different sides meets the line itself. */
  public boolean meets(double x1, double y1, double x2, double y2) {
    Line way = x1 == x2 && y1 == y2 ? null : new Line(x1, y1, x2, y2);
    return way != null && way.side(fromX, fromY) * way.side(toX, toY) <= 0;
  }
}
