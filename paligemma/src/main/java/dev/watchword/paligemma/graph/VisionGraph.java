package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;
import java.util.Optional;

/**
 * SigLIP and the projector: {@code pixel_values [B,3,S,S]} to {@code image_features [B,N,H]}, which
 * the language model takes unscaled.
 */
public final class VisionGraph {
  private static final String TOWER = "vision_tower.";

  private final OnnxGraph graph = new OnnxGraph();
  private final Layers layers;
  private final ModelConfig.Vision vision;
  private final int textHidden;

  private VisionGraph(Checkpoint checkpoint, Optional<Int8Weights> integers) {
    this.layers = new Layers(graph, checkpoint, integers);
    this.vision = checkpoint.config().vision();
    this.textHidden = checkpoint.config().text().hidden();
  }

  /**
   * @param integers where the weights go when linear layers count in 8-bit integers
   */
  public static OnnxGraph of(Checkpoint checkpoint, Optional<Int8Weights> integers)
      throws CheckpointException {
    return new VisionGraph(checkpoint, integers).build();
  }

  private OnnxGraph build() throws CheckpointException {
    int side = vision.imageSize();
    graph.input("pixel_values", ElementType.FLOAT32, "B", 3, side, side);
    String x = patches();
    for (int i = 0; i < vision.layers(); i++) {
      x = block(x, TOWER + "encoder.layers." + i + ".");
    }
    x = layers.layerNorm(x, TOWER + "post_layernorm", vision.hidden());
    x = layers.linearWithBias(x, "multi_modal_projector.linear", vision.hidden(), textHidden);
    graph
        .node("Reshape", x, graph.integers(-1, vision.tokens(), textHidden))
        .result("image_features");
    graph.output("image_features", ElementType.FLOAT32, "B", vision.tokens(), textHidden);
    return graph;
  }

  /** Patches in row-major order plus their learned positions, as rows {@code [B*N,hidden]}. */
  private String patches() throws CheckpointException {
    int hidden = vision.hidden();
    int patch = vision.patchSize();
    String embedding = TOWER + "embeddings.patch_embedding";
    String x =
        graph
            .node(
                "Conv",
                "pixel_values",
                layers.weight(embedding + ".weight", hidden, 3, patch, patch),
                layers.weight(embedding + ".bias", hidden))
            .with("strides", new long[] {patch, patch})
            .with("kernel_shape", new long[] {patch, patch})
            .result();
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
        graph
            .node(
                "MultiHeadAttention",
                projection(y, name + "q_proj"),
                projection(y, name + "k_proj"),
                projection(y, name + "v_proj"))
            .microsoft()
            .with("num_heads", vision.heads())
            .with("scale", (float) Math.pow((double) hidden / vision.heads(), -0.5))
            .result();
    return layers.linearWithBias(
        layers.reshape(attended, -1, hidden), name + "out_proj", hidden, hidden);
  }

  private String projection(String y, String name) throws CheckpointException {
    int hidden = vision.hidden();
    return layers.reshape(
        layers.linearWithBias(y, name, hidden, hidden), -1, vision.tokens(), hidden);
  }
}
