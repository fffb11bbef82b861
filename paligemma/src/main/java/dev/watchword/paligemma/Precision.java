package dev.watchword.paligemma;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The arithmetic of the linear layers; all else is computed in 32-bit floats. */
public enum Precision {
  FLOAT32("float32"),

  /**
   * 8-bit integers, with one scale for each output of a layer and one for each row of its input,
   * found as it comes. Sums of integers are exact and no row sees another's scale, so an answer
   * depends neither on its batch nor on how it was decoded, as with {@link #FLOAT32}; it is not the
   * same answer, though.
   */
  INT8("int8");

  private final String text;

  Precision(String text) {
    this.text = text;
  }

  /**
   * @throws IllegalArgumentException with one sentence
   */
  public static Precision parse(String text) {
    return Arrays.stream(values())
        .filter(precision -> precision.text.equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no precision '%s'; there is %s"
                        .formatted(
                            text,
                            Arrays.stream(values())
                                .map(Precision::toString)
                                .collect(Collectors.joining(", ")))));
  }

  @Override
  public String toString() {
    return text;
  }
}
