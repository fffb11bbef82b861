package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Products of 8-bit integers, of standard operators alone. Each row of a layer's input is scaled by
 * its own largest magnitude when it comes, as {@link Int8Weights} scales the weights before. Both
 * are unsigned, because some processors without 8-bit dot products saturate when they multiply
 * unsigned by signed. Sums of integers are exact, so no order of summation shows.
 */
final class Int8Layers {
  private final OnnxGraph graph;
  private final Int8Weights weights;
  private final Map<String, Scaled> rows = new HashMap<>();

  /**
   * @param integers 8-bit values around the zero point
   * @param scale what one of them stands for, {@code [rows,1]}
   */
  private record Scaled(String integers, String scale) {}

  Int8Layers(OnnxGraph graph, Int8Weights weights) {
    this.graph = graph;
    this.weights = weights;
  }

  /** {@code y = x Wᵀ}; a layer's input is turned into integers once, whatever it is used for. */
  String linear(String x, StoredTensor weight, Optional<Adapter.Update> update)
      throws CheckpointException {
    Scaled row = rows.computeIfAbsent(x, this::scaled);
    Int8Weights.Scaled constant = weights.add(weight, update);
    String zero = zeroPoint();
    String sums =
        graph.apply("MatMulInteger", row.integers, graph.weight(constant.integers()), zero, zero);
    String floats = graph.node("Cast", sums).with("to", ElementType.FLOAT32.onnxCode()).result();
    String scaled = graph.apply("Mul", floats, graph.weight(constant.scales()));
    return graph.apply("Mul", scaled, row.scale);
  }

  private Scaled scaled(String matrix) {
    String largest =
        graph
            .node("ReduceMax", graph.apply("Abs", matrix), graph.integers(1))
            .with("keepdims", 1)
            .result();
    String step = graph.scalar("int8_step", 1f / Int8Weights.LARGEST);
    String scale = graph.apply("Mul", largest, step);
    scale =
        graph.apply("Max", scale, graph.scalar("int8_smallest_scale", Int8Weights.SMALLEST_SCALE));
    String steps = graph.apply("Div", matrix, scale);
    String integers =
        graph.apply("QuantizeLinear", steps, graph.scalar("int8_unit", 1), zeroPoint());
    return new Scaled(integers, scale);
  }

  private String zeroPoint() {
    return graph.octet("int8_zero_point", (byte) Int8Weights.ZERO_POINT);
  }
}
