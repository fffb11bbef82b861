package dev.watchword.paligemma;

import java.util.Optional;

/**
 * One object that the model named.
 *
 * @param label a class of the prompt, spelled as there
 * @param segment its shape, when the model gave one
 */
public record Detection(String label, Box box, Score score, Optional<Segment> segment) {
  /** An object without a shape. */
  public Detection(String label, Box box, Score score) {
    this(label, box, score, Optional.empty());
  }

  /** Its mask, when the model gave a shape and there are weights to draw it. */
  public Optional<Mask> mask() {
    return segment.flatMap(Segment::mask);
  }

  Detection with(Mask mask) {
    return new Detection(label, box, score, segment.map(shape -> shape.with(mask)));
  }
}
