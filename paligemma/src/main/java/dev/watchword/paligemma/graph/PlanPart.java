package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;

/** What the plans of prefill and step have in common: their inputs, masks and ends. */
final class PlanPart {
  /**
   * How a hidden key is weighed: as good as minus infinity, and no undefined value where all are.
   */
  private static final float HIDDEN = -1e30f;

  private final OnnxGraph graph;
  private final Layers layers;
  private final PlanShapes shapes;
  private final ChoiceGraph.Columns columns;
  private final ModelConfig.Text text;
  private final int capacity;
  private final DecoderBlocks blocks;

  /**
   * @param past whether there are earlier positions, in slots
   */
  PlanPart(Layers layers, PlanShapes shapes, ChoiceGraph.Columns columns, boolean past) {
    this.graph = layers.graph();
    this.layers = layers;
    this.shapes = shapes;
    this.columns = columns;
    this.text = layers.checkpoint().config().text();
    this.capacity = shapes.capacity(layers.checkpoint().config());
    declareInputs(past);
    this.blocks = new DecoderBlocks(layers, capacity + 1, past);
  }

  private void declareInputs(boolean past) {
    ElementType products = layers.casts().products();
    graph.input("input_ids", ElementType.INT64, "B", "T");
    graph.input("position_ids", ElementType.INT64, "B", "S");
    graph.input("seen", ElementType.INT64, "B", "S");
    graph.input("words", ElementType.INT64, "B", shapes.words());
    graph.input("rules", ElementType.FLOAT32, "R", shapes.rules());
    int heads = text.keyValueHeads();
    for (int i = 0; i < text.layers(); i++) {
      for (String cache : DecoderBlocks.CACHES) {
        if (past) {
          graph.input("past_" + cache + i, products, "B", heads, capacity, text.headSize());
        }
        graph.output("new_" + cache + i, products, "B", heads, "S", text.headSize());
      }
    }
  }

  OnnxGraph graph() {
    return graph;
  }

  Layers layers() {
    return layers;
  }

  DecoderBlocks blocks() {
    return blocks;
  }

  String integer(long value) {
    return graph.integers(value);
  }

  /** Of a value {@code [B,S]} what the wanted positions have, {@code [B,Q]}. */
  String pick(String value) {
    return graph.node("Gather", layers.reshape(value, -1), "query").with("axis", 0).result();
  }

  /** {@code [B,1,Q,S]} from each new position's number {@code [B,S]} and {@code [B,Q]}. */
  String bias(String index, String seen) {
    return graph.apply("Unsqueeze", biasOfNew(index, seen), integer(1));
  }

  private String biasOfNew(String index, String seen) {
    return hide(
        graph.apply("Unsqueeze", index, integer(1)), graph.apply("Unsqueeze", seen, integer(2)));
  }

  private String hide(String index, String visible) {
    return graph.apply(
        "Where",
        graph.apply("Less", index, visible),
        graph.scalar("visible", 0),
        graph.scalar("hidden_key", HIDDEN));
  }

  /** {@code [B,1,S,P+S]}: of the slot what is held, and the new positions. */
  String biasWithPast(String index) {
    long[] numbers = new long[capacity];
    for (int i = 0; i < capacity; i++) {
      numbers[i] = i;
    }
    String slot = graph.integers("slot_positions", numbers);
    String past = hide(layers.reshape(slot, 1, 1, -1), layers.reshape("held", -1, 1, 1));
    String size =
        graph
            .node("Concat", graph.apply("Shape", "seen"), integer(capacity))
            .with("axis", 0)
            .result();
    String wide = graph.apply("Expand", past, size);
    String both = graph.node("Concat", wide, biasOfNew(index, "seen")).with("axis", 2).result();
    return graph.apply("Unsqueeze", both, integer(1));
  }

  OnnxGraph finish(String hidden) throws CheckpointException {
    graph.node("Identity", hidden).result("hidden");
    graph.output("hidden", ElementType.FLOAT32, "R", text.hidden());
    new ChoiceGraph(layers, shapes, columns).underRules("hidden", "words", "rules");
    graph.output("choices", ElementType.FLOAT32, "R", ChoiceGraph.PARTS);
    return graph;
  }
}
