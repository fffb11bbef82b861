package dev.watchword.paligemma.graph;

/** Operators of ONNX Runtime's own domain, which its processor backend computes in one go. */
final class OnnxRuntimeOperators implements Operators {
  private final OnnxGraph graph;

  OnnxRuntimeOperators(OnnxGraph graph) {
    this.graph = graph;
  }

  @Override
  public String rmsNorm(String x, String gain, float epsilon) {
    return graph
        .node("SimplifiedLayerNormalization", x, gain)
        .with("epsilon", epsilon)
        .with("axis", -1)
        .with("stash_type", 1)
        .result();
  }

  @Override
  public OnnxGraph.Node rotate(String x, String positions, int half) {
    return graph.node("RotaryEmbedding", x, positions, "cos", "sin").microsoft();
  }

  @Override
  public String scores(String queries, String keys, float scale) {
    return graph
        .node("FusedMatMul", queries, keys)
        .microsoft()
        .with("transB", 1)
        .with("alpha", scale)
        .result();
  }

  @Override
  public String selfAttention(
      String queries, String keys, String values, int positions, int heads, int hidden) {
    String attended =
        graph
            .node(
                "MultiHeadAttention",
                byPicture(queries, positions, hidden),
                byPicture(keys, positions, hidden),
                byPicture(values, positions, hidden))
            .microsoft()
            .with("num_heads", heads)
            .with("scale", (float) Math.pow((double) hidden / heads, -0.5))
            .result();
    return graph.apply("Reshape", attended, graph.integers(-1, hidden));
  }

  private String byPicture(String rows, int positions, int hidden) {
    return graph.apply("Reshape", rows, graph.integers(-1, positions, hidden));
  }
}
