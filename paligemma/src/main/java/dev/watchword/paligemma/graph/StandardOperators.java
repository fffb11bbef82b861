package dev.watchword.paligemma.graph;

import java.util.HashMap;
import java.util.Map;

/**
 * Operators of the ONNX standard alone, as TensorRT reads them. Norms, rotation and softmax are in
 * 32-bit floats, factors of products in the type of {@link Casts}.
 */
final class StandardOperators implements Operators {
  private final OnnxGraph graph;
  private final Casts casts;
  private final Map<String, String> angles = new HashMap<>();

  StandardOperators(OnnxGraph graph, Casts casts) {
    this.graph = graph;
    this.casts = casts;
  }

  @Override
  public String rmsNorm(String x, String gain, float epsilon) {
    String squares = graph.apply("Mul", x, x);
    String mean =
        graph.node("ReduceMean", squares, graph.integers(-1)).with("keepdims", 1).result();
    String floor = graph.scalar("epsilon_" + epsilon, epsilon);
    String rms = graph.apply("Sqrt", graph.apply("Add", mean, floor));
    return graph.apply("Mul", graph.apply("Div", x, rms), gain);
  }

  @Override
  public OnnxGraph.Node rotate(String x, String positions, int half) {
    String cos = angle("cos", positions);
    String sin = angle("sin", positions);
    String first = slice(x, 0, half);
    String second = slice(x, half, 2L * half);
    String turned =
        graph.apply("Sub", graph.apply("Mul", first, cos), graph.apply("Mul", second, sin));
    String other =
        graph.apply("Add", graph.apply("Mul", second, cos), graph.apply("Mul", first, sin));
    return graph.node("Concat", turned, other).with("axis", -1);
  }

  /** {@code [B,1,S,d/2]}, the same for all layers. */
  private String angle(String table, String positions) {
    return angles.computeIfAbsent(
        table + " " + positions,
        key ->
            graph.apply(
                "Unsqueeze",
                graph.node("Gather", table, positions).with("axis", 0).result(),
                graph.integers(1)));
  }

  private String slice(String x, long from, long to) {
    return graph.apply("Slice", x, graph.integers(from), graph.integers(to), graph.integers(-1));
  }

  @Override
  public String scores(String queries, String keys, float scale) {
    String turned = graph.node("Transpose", keys).with("perm", new long[] {0, 1, 3, 2}).result();
    String products = casts.widen(graph.apply("MatMul", queries, turned));
    return graph.apply("Mul", products, graph.scalar("scale_" + scale, scale));
  }

  @Override
  public String selfAttention(
      String queries, String keys, String values, int positions, int heads, int hidden) {
    float scale = (float) Math.pow((double) hidden / heads, -0.5);
    String scores =
        scores(
            byHead(queries, positions, heads, hidden),
            byHead(keys, positions, heads, hidden),
            scale);
    String weights = graph.node("Softmax", scores).with("axis", -1).result();
    String attended =
        graph.apply("MatMul", casts.narrow(weights), byHead(values, positions, heads, hidden));
    String rows = graph.node("Transpose", attended).with("perm", new long[] {0, 2, 1, 3}).result();
    return casts.widen(graph.apply("Reshape", rows, graph.integers(-1, hidden)));
  }

  /** {@code [B,heads,N,d]} as a factor. */
  private String byHead(String rows, int positions, int heads, int hidden) {
    String split =
        graph.apply(
            "Reshape", casts.narrow(rows), graph.integers(-1, positions, heads, hidden / heads));
    return graph.node("Transpose", split).with("perm", new long[] {0, 2, 1, 3}).result();
  }
}
