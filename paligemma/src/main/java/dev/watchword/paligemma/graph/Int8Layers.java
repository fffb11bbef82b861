package dev.watchword.paligemma.graph;

import java.util.HashMap;
import java.util.Map;

/**
 * Products of 8-bit integers, of standard operators alone. A weight {@code W [out,in]} becomes
 * {@code round(127 W / s) + 128} with {@code s} the largest magnitude of its row, by constants that
 * the runtime folds at load; each row of the other factor gets its own scale in the same way when
 * it comes. Both are unsigned because some processors without 8-bit dot products saturate when they
 * multiply unsigned by signed. Sums of integers are exact, so no order of summation shows.
 */
final class Int8Layers {
  private static final int UINT8 = 2;
  private static final byte ZERO_POINT = (byte) 128;
  private static final float LARGEST = 127;

  /** Keeps a row of zeros from being divided by 0. */
  private static final float SMALLEST_SCALE = 1e-12f;

  private final OnnxGraph graph;
  private final Map<String, Scaled> rows = new HashMap<>();

  /**
   * @param integers 8-bit values around {@link #ZERO_POINT}
   * @param scale what one of them stands for
   */
  private record Scaled(String integers, String scale) {}

  Int8Layers(OnnxGraph graph) {
    this.graph = graph;
  }

  /** {@code y = x Wᵀ}; a layer's input is turned into integers once, whatever it is used for. */
  String linear(String x, String weight) {
    Scaled row = rows.computeIfAbsent(x, this::scaled);
    Scaled constant = scaled(weight);
    String zero = zeroPoint();
    String sums =
        graph.apply(
            "MatMulInteger",
            row.integers,
            graph.node("Transpose", constant.integers).with("perm", new long[] {1, 0}).result(),
            zero,
            zero);
    String floats = graph.node("Cast", sums).with("to", ElementType.FLOAT32.onnxCode()).result();
    String outputs = graph.apply("Reshape", constant.scale, graph.integers(-1));
    return graph.apply("Mul", graph.apply("Mul", floats, outputs), row.scale);
  }

  /** Each row of a matrix with its own scale, {@code [rows,1]}. */
  private Scaled scaled(String matrix) {
    String largest =
        graph
            .node("ReduceMax", graph.apply("Abs", matrix), graph.integers(1))
            .with("keepdims", 1)
            .result();
    String step = graph.scalar("int8_step", 1 / LARGEST);
    String scale = graph.apply("Mul", largest, step);
    scale = graph.apply("Max", scale, graph.scalar("int8_smallest_scale", SMALLEST_SCALE));
    String steps = graph.apply("Div", matrix, scale);
    String integers =
        graph.apply("QuantizeLinear", steps, graph.scalar("int8_unit", 1), zeroPoint());
    return new Scaled(integers, scale);
  }

  private String zeroPoint() {
    return graph.octet("int8_zero_point", UINT8, ZERO_POINT);
  }
}
