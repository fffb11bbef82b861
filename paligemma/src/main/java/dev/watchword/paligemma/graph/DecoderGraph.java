package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.graph.DecoderBlocks.At;
import dev.watchword.paligemma.graph.DecoderBlocks.Wanted;
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
  private final OnnxGraph graph = new OnnxGraph();
  private final Layers layers;
  private final DecoderBlocks blocks;
  private final ModelConfig.Text text;
  private final boolean pruned;

  private DecoderGraph(
      Checkpoint checkpoint, Optional<Int8Weights> integers, int positions, boolean pruned) {
    this.layers = new Layers(graph, checkpoint, integers);
    this.text = checkpoint.config().text();
    this.pruned = pruned;
    declareInputs();
    this.blocks = new DecoderBlocks(layers, positions, true);
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

  private OnnxGraph build() throws CheckpointException {
    String image = graph.node("Gather", "image_features", "frame").with("axis", 0).result();
    String text = blocks.embed("input_ids");
    String embedded = graph.node("Concat", image, text).with("axis", 1).result();
    At all = blocks.at(embedded, "position_ids", "bias");
    Optional<Wanted> wanted = pruned ? Optional.of(wanted()) : Optional.empty();
    String x = blocks.hidden(embedded, all, wanted);
    if (!pruned) {
      x = blocks.select(x, "query");
    }
    graph.node("Identity", x).result("hidden");
    graph.output("hidden", ElementType.FLOAT32, "R", this.text.hidden());
    return graph;
  }

  private Wanted wanted() {
    String flat = layers.reshape("position_ids", -1);
    String positions = graph.node("Gather", flat, "query").with("axis", 0).result();
    return new Wanted("query", blocks.at("query", positions, "query_bias"));
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
      for (String cache : DecoderBlocks.CACHES) {
        graph.input("past_" + cache + i, ElementType.FLOAT32, "B", heads, "P", text.headSize());
        graph.output("new_" + cache + i, ElementType.FLOAT32, "B", heads, "S", text.headSize());
      }
    }
  }
}
