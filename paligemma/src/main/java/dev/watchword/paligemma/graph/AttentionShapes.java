package dev.watchword.paligemma.graph;

/**
 * Shape operands that layers share. Query heads that share a key head are adjacent, so reading
 * {@code [B,heads,S,d]} as {@code [B,kv,G*S,d]} makes grouped attention one product per key head,
 * without repeating keys or values.
 *
 * @param queryHeads {@code [B,S,heads,d]}
 * @param keyHeads {@code [B,S,kv,d]}
 * @param groupedQueries {@code [B,kv,G*S,d]}
 * @param scoresByQuery {@code [B,kv,G,S,A]}
 * @param scoresByGroup {@code [B,kv,G*S,A]}
 * @param attended {@code [B,heads,S,d]}
 * @param bias the attention bias as {@code [B,1,1,S or 1,A]}
 */
record AttentionShapes(
    String queryHeads,
    String keyHeads,
    String groupedQueries,
    String scoresByQuery,
    String scoresByGroup,
    String attended,
    String bias) {

  /**
   * @param positions a value whose first two sizes are {@code [B,S]}
   * @param bias {@code [B,1,S or 1,A]}
   */
  AttentionShapes(OnnxGraph graph, String positions, String bias, ModelConfig.Text text) {
    this(graph, new Sizes(graph, graph.apply("Shape", positions), text), bias);
  }

  private AttentionShapes(OnnxGraph graph, Sizes of, String bias) {
    this(
        concat(graph, of.batch, of.steps, of.heads, of.headSize),
        concat(graph, of.batch, of.steps, of.keyHeads, of.headSize),
        concat(graph, of.batch, of.keyHeads, of.rest, of.headSize),
        concat(graph, of.batch, of.keyHeads, of.group, of.steps, of.rest),
        concat(graph, of.batch, of.keyHeads, graph.apply("Mul", of.steps, of.group), of.rest),
        concat(graph, of.batch, of.heads, of.steps, of.headSize),
        graph.apply("Unsqueeze", bias, graph.integers(1)));
  }

  private static String concat(OnnxGraph graph, String... sizes) {
    return graph.node("Concat", sizes).with("axis", 0).result();
  }

  private static final class Sizes {
    private final String batch;
    private final String steps;
    private final String heads;
    private final String keyHeads;
    private final String group;
    private final String headSize;
    private final String rest;

    private Sizes(OnnxGraph graph, String shape, ModelConfig.Text text) {
      batch = graph.node("Gather", shape, graph.integers(0)).with("axis", 0).result();
      steps = graph.node("Gather", shape, graph.integers(1)).with("axis", 0).result();
      heads = graph.integers(text.heads());
      keyHeads = graph.integers(text.keyValueHeads());
      group = graph.integers(text.heads() / text.keyValueHeads());
      headSize = graph.integers(text.headSize());
      rest = graph.integers(-1);
    }
  }
}
