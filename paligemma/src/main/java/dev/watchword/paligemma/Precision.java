package dev.watchword.paligemma;

import dev.watchword.paligemma.graph.ElementType;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The arithmetic of matrix products; all else is computed in 32-bit floats. */
public enum Precision {
  FLOAT32("float32", "fp32"),

  /** 16-bit floats with the exponent of 32-bit ones; the models were published in them. */
  BFLOAT16("bfloat16", "bf16"),

  /** 16-bit floats of more digits and a smaller range. */
  FLOAT16("float16", "fp16"),

  /**
   * 8-bit integers, with one scale for each output of a layer and one for each row of its input,
   * found as it comes. Sums of integers are exact and no row sees another's scale, so an answer
   * depends neither on its batch nor on how it was decoded, as with {@link #FLOAT32}; it is not the
   * same answer, though.
   */
  INT8("int8", "int8");

  private final String text;
  private final String shortText;

  Precision(String text, String shortText) {
    this.text = text;
    this.shortText = shortText;
  }

  /**
   * The type of factors in a graph.
   *
   * @throws IllegalArgumentException in one sentence, for a precision that only ONNX Runtime has
   */
  ElementType products() {
    return switch (this) {
      case FLOAT32 -> ElementType.FLOAT32;
      case BFLOAT16 -> ElementType.BFLOAT16;
      case FLOAT16 -> ElementType.FLOAT16;
      case INT8 ->
          throw new IllegalArgumentException(
              "plans have no precision int8; they have float32, bfloat16 and float16");
    };
  }

  /**
   * @throws IllegalArgumentException with one sentence
   */
  public static Precision parse(String text) {
    return Arrays.stream(values())
        .filter(precision -> precision.text.equals(text) || precision.shortText.equals(text))
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
