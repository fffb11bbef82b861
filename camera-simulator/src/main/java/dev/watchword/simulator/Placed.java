package dev.watchword.simulator;

/**
 * A sprite at a place. Unit coordinates.
 *
 * @param x middle
 * @param y where its foot meets the ground; the nearer, the larger
 * @param height its height
 * @param lift how far it is held above the ground
 * @param stride -1 to 1, see {@link Sprite#draw}
 */
record Placed(Sprite sprite, double x, double y, double height, double lift, double stride) {

  double left() {
    return x - height * sprite.aspect() / 2;
  }

  double right() {
    return x + height * sprite.aspect() / 2;
  }

  double top() {
    return y - lift - height;
  }

  double bottom() {
    return y - lift;
  }

  /** Intersection over union of the two boxes. */
  double overlap(Placed other) {
    double width = Math.min(right(), other.right()) - Math.max(left(), other.left());
    double tall = Math.min(bottom(), other.bottom()) - Math.max(top(), other.top());
    if (width <= 0 || tall <= 0) {
      return 0;
    }
    double both = width * tall;
    return both / (area() + other.area() - both);
  }

  private double area() {
    return (right() - left()) * (bottom() - top());
  }

  boolean covers(double px, double py) {
    return px >= left() && px <= right() && py >= top() && py <= bottom();
  }
}
