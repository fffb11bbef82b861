package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;
import java.util.Optional;

/**
 * Gemma 1 and 2 as one graph for prefill and decode. Inputs, for B rows of S = N + T new positions
 * that attend to A = P + S positions, of which Q per row are wanted at the end:
 *
 * <ul>
 *   <li>{@code image_features [F,N,H]} and {@code frame [B]}: which frame a row looks at; N is 0
 *       while decoding
 *   <li>{@code input_ids [B,T]}, {@code position_ids [B,S]}: text after the image, 1-based
 *       positions
 *   <li>{@code query [B,Q]}: the wanted ones among the B*S positions, counted row by row
 *   <li>{@code bias [B,1,S or 1,A]}: added to the attention scores; minus infinity hides a key
 *   <li>{@code query_bias [B,1,Q or 1,A]}: the same for the wanted positions alone
 *   <li>{@code past_k.i, past_v.i [B,kv,P,d]}: keys (already rotated) and values of layer i
 * </ul>
 *
 * Outputs: {@code hidden [B*Q,H]} after the final norm, and {@code new_k.i, new_v.i [B,kv,S,d]},
 * the new positions' keys and values alone: whoever runs the graph keeps them. The head is a graph
 * of its own ({@link HeadGraph}), so that one decoder serves different heads. Sliding windows are
 * not modelled: the models were trained with full attention over prefixes shorter than the window.
 */
public final class DecoderGraph {
  private static final String MODEL = "language_model.";

  private final OnnxGraph graph = new OnnxGraph();
  private final Checkpoint checkpoint;
  private final Layers layers;
  private final ModelConfig.Text text;
  private final int positions;
  private final boolean pruned;

  private DecoderGraph(
      Checkpoint checkpoint, Optional<Int8Weights> integers, int positions, boolean pruned) {
    this.checkpoint = checkpoint;
    this.layers = new Layers(graph, checkpoint, integers);
    this.text = checkpoint.config().text();
    this.positions = positions;
    this.pruned = pruned;
  }

  /**
   * @param integers where the weights go when linear layers count in 8-bit integers
   * @param positions upper bound of the positions, for the rotation tables
   * @param pruned whether the last layer leaves out, but for keys and values, the positions that
   *     are not wanted; their results would be thrown away, so no answer changes
   */
  public static OnnxGraph of(
      Checkpoint checkpoint, Optional<Int8Weights> integers, int positions, boolean pruned)
      throws CheckpointException {
    return new DecoderGraph(checkpoint, integers, positions, pruned).build();
  }

  /** The positions that a block works on. */
  private record At(AttentionShapes shapes, String positions) {}

  private OnnxGraph build() throws CheckpointException {
    declareInputs();
    rotationTables();
    String embedded = embed();
    At all = new At(new AttentionShapes(graph, embedded, "bias", text), "position_ids");
    String x = layers.reshape(embedded, -1, text.hidden());
    int full = pruned ? text.layers() - 1 : text.layers();
    for (int i = 0; i < full; i++) {
      x = block(x, i, all, all);
    }
    x = pruned ? block(x, full, all, wanted()) : select(x);
    x = norm(x, MODEL + "norm");
    graph.node("Identity", x).result("hidden");
    graph.output("hidden", ElementType.FLOAT32, "R", text.hidden());
    return graph;
  }

  private void declareInputs() {
    graph.input("image_features", ElementType.FLOAT32, "F", "N", text.hidden());
    graph.input("frame", ElementType.INT64, "B");
    graph.input("input_ids", ElementType.INT64, "B", "T");
    graph.input("position_ids", ElementType.INT64, "B", "S");
    graph.input("query", ElementType.INT64, "B", "Q");
    graph.input("bias", ElementType.FLOAT32, "B", 1, "S1", "A");
    graph.input("query_bias", ElementType.FLOAT32, "B", 1, "Q1", "A");
    int heads = text.keyValueHeads();
    for (int i = 0; i < text.layers(); i++) {
      for (String cache : new String[] {"k.", "v."}) {
        graph.input("past_" + cache + i, ElementType.FLOAT32, "B", heads, "P", text.headSize());
        graph.output("new_" + cache + i, ElementType.FLOAT32, "B", heads, "S", text.headSize());
      }
    }
  }

  /** Image features as they are, then {@code sqrt(H)} times the embeddings of the text. */
  private String embed() throws CheckpointException {
    StoredTensor table =
        checkpoint.tensor(
            MODEL + "embed_tokens.weight", checkpoint.vocabularySize(), text.hidden());
    String rows =
        layers.widen(graph.apply("Gather", graph.weight(table), "input_ids"), table.type());
    String scale = graph.scalar("embedding_scale", (float) Math.sqrt(text.hidden()));
    String image = graph.node("Gather", "image_features", "frame").with("axis", 0).result();
    return graph.node("Concat", image, graph.apply("Mul", rows, scale)).with("axis", 1).result();
  }

  /** Angles in 32-bit floats, as the reference implementation computes them. */
  private void rotationTables() {
    int half = text.headSize() / 2;
    float[] cos = new float[positions * half];
    float[] sin = new float[positions * half];
    for (int j = 0; j < half; j++) {
      float frequency = (float) (1 / Math.pow(text.ropeTheta(), 2.0 * j / text.headSize()));
      for (int position = 0; position < positions; position++) {
        float angle = position * frequency;
        cos[position * half + j] = (float) Math.cos(angle);
        sin[position * half + j] = (float) Math.sin(angle);
      }
    }
    graph.floats("cos", new long[] {positions, half}, cos);
    graph.floats("sin", new long[] {positions, half}, sin);
  }

  private At wanted() {
    String flat = layers.reshape("position_ids", -1);
    String wantedPositions = graph.node("Gather", flat, "query").with("axis", 0).result();
    return new At(new AttentionShapes(graph, "query", "query_bias", text), wantedPositions);
  }

  /** Of rows {@code [B*S,H]} the wanted ones, {@code [B*Q,H]}. */
  private String select(String x) {
    return graph.node("Gather", x, layers.reshape("query", -1)).with("axis", 0).result();
  }

  /**
   * @param all the positions of {@code x}, which give keys and values
   * @param asked the positions that ask and go on
   */
  private String block(String x, int layer, At all, At asked) throws CheckpointException {
    String name = MODEL + "layers." + layer + ".";
    String keys = norm(x, name + "input_layernorm");
    String queries = keys;
    if (asked != all) {
      x = select(x);
      queries = select(keys);
    }
    String y = attention(queries, asked, keys, all, layer);
    if (text.gemma2()) {
      y = norm(y, name + "post_attention_layernorm");
    }
    x = graph.apply("Add", x, y);
    // The norm before the feed-forward part goes by another name in Gemma 1.
    y = norm(x, name + (text.gemma2() ? "pre_feedforward" : "post_attention") + "_layernorm");
    y = feedForward(y, name + "mlp.");
    if (text.gemma2()) {
      y = norm(y, name + "post_feedforward_layernorm");
    }
    return graph.apply("Add", x, y);
  }

  private String feedForward(String y, String name) throws CheckpointException {
    int hidden = text.hidden();
    int inner = text.intermediate();
    String gate = layers.gelu(layers.linear(y, name + "gate_proj", hidden, inner));
    String up = layers.linear(y, name + "up_proj", hidden, inner);
    return layers.linear(graph.apply("Mul", gate, up), name + "down_proj", inner, hidden);
  }

  private String attention(String asking, At asked, String asks, At all, int layer)
      throws CheckpointException {
    String name = MODEL + "layers." + layer + ".self_attn.";
    int queries = text.heads() * text.headSize();
    int keys = text.keyValueHeads() * text.headSize();
    AttentionShapes shapes = asked.shapes;
    String q = heads(asking, name + "q_proj", queries, shapes.queryHeads()).result();
    q = rotate(q, asked.positions).result();
    String k = heads(asks, name + "k_proj", keys, all.shapes.keyHeads()).result();
    k = rotate(k, all.positions).result("new_k." + layer);
    String v = heads(asks, name + "v_proj", keys, all.shapes.keyHeads()).result("new_v." + layer);
    String allKeys = append("past_k." + layer, k);
    String allValues = append("past_v." + layer, v);
    q = graph.apply("Reshape", q, shapes.groupedQueries());
    String weights = attentionWeights(q, allKeys, shapes);
    String attended =
        graph.apply("Reshape", graph.apply("MatMul", weights, allValues), shapes.attended());
    String rows = layers.reshape(layers.transpose(attended, 0, 2, 1, 3), -1, queries);
    return layers.linear(rows, name + "o_proj", queries, text.hidden());
  }

  /** The cap comes before the bias, so that a hidden key stays hidden. */
  private String attentionWeights(String q, String keys, AttentionShapes shapes) {
    String scores =
        graph
            .node("FusedMatMul", q, keys)
            .microsoft()
            .with("transB", 1)
            .with("alpha", (float) text.attentionScale())
            .result();
    if (text.attentionSoftcap().isPresent()) {
      float cap = (float) text.attentionSoftcap().getAsDouble();
      scores = graph.apply("Mul", scores, graph.scalar("softcap_inverse", 1 / cap));
      scores = graph.apply("Tanh", scores);
      scores = graph.apply("Mul", scores, graph.scalar("softcap", cap));
    }
    scores = graph.apply("Reshape", scores, shapes.scoresByQuery());
    scores = graph.apply("Add", scores, shapes.bias());
    scores = graph.node("Softmax", scores).with("axis", -1).result();
    return graph.apply("Reshape", scores, shapes.scoresByGroup());
  }

  private OnnxGraph.Node heads(String y, String name, int size, String shape)
      throws CheckpointException {
    String rows = layers.linear(y, name, text.hidden(), size);
    return graph
        .node("Transpose", graph.apply("Reshape", rows, shape))
        .with("perm", new long[] {0, 2, 1, 3});
  }

  private OnnxGraph.Node rotate(String x, String at) {
    return graph.node("RotaryEmbedding", x, at, "cos", "sin").microsoft();
  }

  private String append(String past, String added) {
    return graph.node("Concat", past, added).with("axis", 2).result();
  }

  private String norm(String x, String name) throws CheckpointException {
    return layers.rmsNorm(x, name, text.hidden(), text.epsilon());
  }
}
