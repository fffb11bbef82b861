package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;
import java.util.List;
import java.util.Optional;

/**
 * The language model's layers, as a part of a larger graph: Gemma 1 and 2, for prefill and for
 * decoding. Keys and values of the new positions become the values {@code new_k.i} and {@code
 * new_v.i} {@code [B,kv,S,d]}, in the type of products; the graph declares them as outputs, and, if
 * there is a past, the inputs {@code past_k.i} and {@code past_v.i}.
 */
final class DecoderBlocks {
  static final List<String> CACHES = List.of("k.", "v.");

  private static final String MODEL = "language_model.";

  private final OnnxGraph graph;
  private final Layers layers;
  private final ModelConfig.Text text;
  private final int positions;
  private final boolean past;

  /**
   * @param positions upper bound of the positions, for the rotation tables
   * @param past whether there are earlier positions
   */
  DecoderBlocks(Layers layers, int positions, boolean past) {
    this.graph = layers.graph();
    this.layers = layers;
    this.text = layers.checkpoint().config().text();
    this.positions = positions;
    this.past = past;
    rotationTables();
  }

  /** The positions that a block works on. */
  record At(AttentionShapes shapes, String positions) {}

  /**
   * The positions whose results are wanted at the end.
   *
   * @param query which of the rows of a layer, {@code [B,Q]}
   */
  record Wanted(String query, At at) {}

  /**
   * @param shaped a value whose first two sizes are {@code [B,S]}
   * @param positions {@code [B,S]}, counted from 1
   * @param bias {@code [B,1,S or 1,A]}
   */
  At at(String shaped, String positions, String bias) {
    return new At(new AttentionShapes(graph, shaped, bias, text), positions);
  }

  /** {@code sqrt(H)} times the embeddings of tokens {@code [B,T]}. */
  String embed(String tokens) throws CheckpointException {
    Checkpoint checkpoint = layers.checkpoint();
    StoredTensor table =
        checkpoint.tensor(
            MODEL + "embed_tokens.weight", checkpoint.vocabularySize(), text.hidden());
    String rows = layers.widen(graph.apply("Gather", graph.weight(table), tokens), table.type());
    String scale = graph.scalar("embedding_scale", (float) Math.sqrt(text.hidden()));
    return graph.apply("Mul", rows, scale);
  }

  /**
   * All layers and the final norm.
   *
   * @param embedded {@code [B,S,H]}
   * @param wanted what the last layer is confined to, but for keys and values; all positions
   *     otherwise
   * @return {@code [B*S,H]}, or {@code [B*Q,H]} of the wanted ones
   */
  String hidden(String embedded, At all, Optional<Wanted> wanted) throws CheckpointException {
    String x = layers.reshape(embedded, -1, text.hidden());
    int last = text.layers() - 1;
    for (int i = 0; i < last; i++) {
      x = block(x, i, all, Optional.empty());
    }
    return norm(block(x, last, all, wanted), MODEL + "norm");
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

  /** Of rows {@code [B*S,H]} the wanted ones, {@code [B*Q,H]}. */
  String select(String x, String query) {
    return graph.node("Gather", x, layers.reshape(query, -1)).with("axis", 0).result();
  }

  /**
   * @param all the positions of {@code x}, which give keys and values
   * @param wanted those of them that ask and go on
   */
  private String block(String x, int layer, At all, Optional<Wanted> wanted)
      throws CheckpointException {
    String name = MODEL + "layers." + layer + ".";
    String keys = norm(x, name + "input_layernorm");
    String queries = keys;
    At asked = all;
    if (wanted.isPresent()) {
      x = select(x, wanted.get().query());
      queries = select(keys, wanted.get().query());
      asked = wanted.get().at();
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
    Casts casts = layers.casts();
    int half = text.headSize() / 2;
    Operators operators = layers.operators();
    String q = heads(asking, name + "q_proj", queries, shapes.queryHeads()).result();
    q = casts.narrowed(operators.rotate(q, asked.positions, half)).result();
    String k = heads(asks, name + "k_proj", keys, all.shapes.keyHeads()).result();
    k = casts.narrowed(operators.rotate(k, all.positions, half)).result("new_k." + layer);
    OnnxGraph.Node values = heads(asks, name + "v_proj", keys, all.shapes.keyHeads());
    String v = casts.narrowed(values).result("new_v." + layer);
    String allKeys = past ? append("past_k." + layer, k) : k;
    String allValues = past ? append("past_v." + layer, v) : v;
    q = graph.apply("Reshape", q, shapes.groupedQueries());
    String weights = casts.narrow(attentionWeights(q, allKeys, shapes));
    String attended =
        graph.apply("Reshape", graph.apply("MatMul", weights, allValues), shapes.attended());
    String rows = layers.reshape(layers.transpose(attended, 0, 2, 1, 3), -1, queries);
    return layers.linear(casts.widen(rows), name + "o_proj", queries, text.hidden());
  }

  /** The cap comes before the bias, so that a hidden key stays hidden. */
  private String attentionWeights(String q, String keys, AttentionShapes shapes) {
    String scores = layers.operators().scores(q, keys, (float) text.attentionScale());
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

  private String append(String past, String added) {
    return graph.node("Concat", past, added).with("axis", 2).result();
  }

  private String norm(String x, String name) throws CheckpointException {
    return layers.rmsNorm(x, name, text.hidden(), text.epsilon());
  }
}
