package dev.watchword.paligemma;

/**
 * A box in fractions of the image, origin at the top left, {@code 0 <= min < max <= 1}; anything
 * else is an {@link IllegalArgumentException}.
 */
public record Box(float xMin, float yMin, float xMax, float yMax) {
  public Box {
    if (!(0 <= xMin && xMin < xMax && xMax <= 1 && 0 <= yMin && yMin < yMax && yMax <= 1)) {
      throw new IllegalArgumentException(
          "box x %s..%s, y %s..%s is not within 0..1 with min < max"
              .formatted(xMin, xMax, yMin, yMax));
    }
  }

  /** Intersection over union, 0 to 1. */
  public float iou(Box other) {
    float width = Math.min(xMax, other.xMax) - Math.max(xMin, other.xMin);
    float height = Math.min(yMax, other.yMax) - Math.max(yMin, other.yMin);
    if (width <= 0 || height <= 0) {
      return 0;
    }
    float intersection = width * height;
    return intersection / (area() + other.area() - intersection);
  }

  /** Part of the image that the box covers. */
  float area() {
    return (xMax - xMin) * (yMax - yMin);
  }
}
