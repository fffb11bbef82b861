package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;
import java.util.Optional;

/**
 * SigLIP and the projector: {@code pixel_values [B,3,S,S]} to {@code image_features [B,N,H]}, which
 * the language model takes unscaled.
 */
public final class VisionGraph {
  private static final String TOWER = "vision_tower.";

  private final OnnxGraph graph;
  private final Layers layers;
  private final ModelConfig.Vision vision;
  private final int textHidden;

  private VisionGraph(Layers layers) {
    this.graph = layers.graph();
    this.layers = layers;
    this.vision = layers.checkpoint().config().vision();
    this.textHidden = layers.checkpoint().config().text().hidden();
  }

  /**
   * @param integers where the weights go when linear layers count in 8-bit integers
   */
  public static OnnxGraph of(Checkpoint checkpoint, Optional<Int8Weights> integers)
      throws CheckpointException {
    OnnxGraph graph = new OnnxGraph();
    VisionGraph tower = new VisionGraph(new Layers(graph, checkpoint, integers));
    tower.features("B").result("image_features");
    graph.output(
        "image_features", ElementType.FLOAT32, "B", tower.vision.tokens(), tower.textHidden);
    return graph;
  }

  /** As a part of a larger graph: adds the input, and names the features. */
  static String in(Layers layers, String batch) throws CheckpointException {
    return new VisionGraph(layers).features(batch).result();
  }

  private OnnxGraph.Node features(String batch) throws CheckpointException {
    int side = vision.imageSize();
    graph.input("pixel_values", ElementType.FLOAT32, batch, 3, side, side);
    String x = patches();
    for (int i = 0; i < vision.layers(); i++) {
      x = block(x, TOWER + "encoder.layers." + i + ".");
    }
    x = layers.layerNorm(x, TOWER + "post_layernorm", vision.hidden());
    x = layers.linearWithBias(x, "multi_modal_projector.linear", vision.hidden(), textHidden);
    return graph.node("Reshape", x, graph.integers(-1, vision.tokens(), textHidden));
  }

  /** Patches in row-major order plus their learned positions, as rows {@code [B*N,hidden]}. */
  private String patches() throws CheckpointException {
    int hidden = vision.hidden();
    int patch = vision.patchSize();
    String x = layers.patches("pixel_values", TOWER + "embeddings.patch_embedding", patch, hidden);
    x = layers.transpose(layers.reshape(x, 0, hidden, vision.tokens()), 0, 2, 1);
    String positions =
        layers.weight(TOWER + "embeddings.position_embedding.weight", vision.tokens(), hidden);
    return layers.reshape(graph.apply("Add", x, positions), -1, hidden);
  }

  private String block(String x, String name) throws CheckpointException {
    int hidden = vision.hidden();
    String y = layers.layerNorm(x, name + "layer_norm1", hidden);
    x = graph.apply("Add", x, attention(y, name + "self_attn."));
    y = layers.layerNorm(x, name + "layer_norm2", hidden);
    y = layers.linearWithBias(y, name + "mlp.fc1", hidden, vision.intermediate());
    y = layers.linearWithBias(layers.gelu(y), name + "mlp.fc2", vision.intermediate(), hidden);
    return graph.apply("Add", x, y);
  }

  private String attention(String y, String name) throws CheckpointException {
    int hidden = vision.hidden();
    String attended =
        layers
            .operators()
            .selfAttention(
                layers.linearWithBias(y, name + "q_proj", hidden, hidden),
                layers.linearWithBias(y, name + "k_proj", hidden, hidden),
                layers.linearWithBias(y, name + "v_proj", hidden, hidden),
                vision.tokens(),
                vision.heads(),
                hidden);
    return layers.linearWithBias(attended, name + "out_proj", hidden, hidden);
  }
}
