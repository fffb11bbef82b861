package dev.watchword.service.pictures;

import dev.watchword.schemas.BoundingBox;
import java.util.Objects;
import java.util.Optional;

/**
 * One object to be drawn. Its box is in fractions of the picture, 0,0 being the upper left corner;
 * what lies outside is not seen.
 *
 * @param score 0 to 1
 * @param shape which part of the box the object covers, to be tinted
 */
public record Mark(
    String label,
    float score,
    float xMin,
    float yMin,
    float xMax,
    float yMax,
    Optional<Shape> shape) {
  public Mark {
    Objects.requireNonNull(label, "label");
    Objects.requireNonNull(shape, "shape");
  }

  /** A box as it is on the wire. */
  public static Mark of(String label, float score, BoundingBox box) {
    return new Mark(label, score, box.getXMin(), box.getYMin(), box.getXMax(), box.getYMax());
  }

  /** A box without a shape. */
  public Mark(String label, float score, float xMin, float yMin, float xMax, float yMax) {
    this(label, score, xMin, yMin, xMax, yMax, Optional.empty());
  }

  /** A part of a box. */
  public interface Shape {
    /** Whether it covers the point, given in fractions of the box. */
    boolean covers(double x, double y);
  }
}
