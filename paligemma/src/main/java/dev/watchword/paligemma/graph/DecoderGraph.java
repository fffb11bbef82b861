package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;

/**
 * Gemma 1 and 2 as one graph for prefill and decode. Inputs, for B rows of S = N + T new positions
 * that attend to A = P + S positions:
 *
 * <ul>
 *   <li>{@code image_features [F,N,H]} and {@code frame [B]}: which frame a row looks at; N is 0
 *       while decoding
 *   <li>{@code input_ids [B,T]}, {@code position_ids [B,S]}: text after the image, 1-based
 *       positions
 *   <li>{@code bias [B,1,S or 1,A]}: added to the attention scores; minus infinity hides a key
 *   <li>{@code last [B]}: which of the B*S positions, row by row, is each row's last
 *   <li>{@code past_k.i, past_v.i [B,kv,P,d]}: keys (already rotated) and values of layer i
 * </ul>
 *
 * Outputs: {@code hidden [B,H]} after the final norm, at {@code last}, and {@code present_k.i,
 * present_v.i [B,kv,A,d]}. The head is a graph of its own ({@link HeadGraph}), so that one decoder
 * serves different heads. Sliding windows are not modelled: the models were trained with full
 * attention over prefixes shorter than the window.
 */
public final class DecoderGraph {
  private static final String MODEL = "language_model.";

  private final OnnxGraph graph = new OnnxGraph();
  private final Checkpoint checkpoint;
  private final Layers layers;
  private final ModelConfig.Text text;
  private final int positions;
  private AttentionShapes shapes;

  private DecoderGraph(Checkpoint checkpoint, int positions) {
    this.checkpoint = checkpoint;
    this.layers = new Layers(graph, checkpoint);
    this.text = checkpoint.config().text();
    this.positions = positions;
  }

  /**
   * @param positions upper bound of the positions, for the rotation tables
   */
  public static OnnxGraph of(Checkpoint checkpoint, int positions) throws CheckpointException {
    return new DecoderGraph(checkpoint, positions).build();
  }

  private OnnxGraph build() throws CheckpointException {
    declareInputs();
    rotationTables();
    String embedded = embed();
    shapes = new AttentionShapes(graph, embedded, text);
    String x = layers.reshape(embedded, -1, text.hidden());
    for (int i = 0; i < text.layers(); i++) {
      x = block(x, i);
    }
    x = graph.node("Gather", x, "last").with("axis", 0).result();
    x = norm(x, MODEL + "norm");
    graph.node("Identity", x).result("hidden");
    graph.output("hidden", ElementType.FLOAT32, "B", text.hidden());
    return graph;
  }

  private void declareInputs() {
    graph.input("image_features", ElementType.FLOAT32, "F", "N", text.hidden());
    graph.input("frame", ElementType.INT64, "B");
    graph.input("input_ids", ElementType.INT64, "B", "T");
    graph.input("position_ids", ElementType.INT64, "B", "S");
    graph.input("bias", ElementType.FLOAT32, "B", 1, "S1", "A");
    graph.input("last", ElementType.INT64, "B");
    for (int i = 0; i < text.layers(); i++) {
      for (String cache : new String[] {"k.", "v."}) {
        graph.input(
            "past_" + cache + i,
            ElementType.FLOAT32,
            "B",
            text.keyValueHeads(),
            "P",
            text.headSize());
        graph.output(
            "present_" + cache + i,
            ElementType.FLOAT32,
            "B",
            text.keyValueHeads(),
            "A",
            text.headSize());
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

  private String block(String x, int layer) throws CheckpointException {
    String name = MODEL + "layers." + layer + ".";
    String y = attention(norm(x, name + "input_layernorm"), name + "self_attn.", layer);
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

  private String attention(String y, String name, int layer) throws CheckpointException {
    int queries = text.heads() * text.headSize();
    int keys = text.keyValueHeads() * text.headSize();
    String q = rotate(heads(y, name + "q_proj", queries, shapes.queryHeads()));
    String k = rotate(heads(y, name + "k_proj", keys, shapes.keyHeads()));
    String v = heads(y, name + "v_proj", keys, shapes.keyHeads());
    String allKeys = append("k." + layer, k);
    String allValues = append("v." + layer, v);
    String weights = attentionWeights(graph.apply("Reshape", q, shapes.groupedQueries()), allKeys);
    String attended =
        graph.apply("Reshape", graph.apply("MatMul", weights, allValues), shapes.attended());
    String rows = layers.reshape(layers.transpose(attended, 0, 2, 1, 3), -1, queries);
    return layers.linear(rows, name + "o_proj", queries, text.hidden());
  }

  /** The cap comes before the bias, so that a hidden key stays hidden. */
  private String attentionWeights(String q, String keys) {
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

  private String heads(String y, String name, int size, String shape) throws CheckpointException {
    String rows = layers.linear(y, name, text.hidden(), size);
    return layers.transpose(graph.apply("Reshape", rows, shape), 0, 2, 1, 3);
  }

  private String rotate(String x) {
    return graph.node("RotaryEmbedding", x, "position_ids", "cos", "sin").microsoft().result();
  }

  private String append(String cache, String added) {
    return graph.node("Concat", "past_" + cache, added).with("axis", 2).result("present_" + cache);
  }

  private String norm(String x, String name) throws CheckpointException {
    return layers.rmsNorm(x, name, text.hidden(), text.epsilon());
  }
}
