package dev.watchword.paligemma.graph;

import com.fasterxml.jackson.databind.JsonNode;
import dev.watchword.paligemma.CheckpointException;
import java.util.OptionalDouble;

/**
 * The shape of a PaliGemma model, from {@code config.json}. Configurations on the hub are sparse,
 * so each field has the value of the published 3B models as its default.
 */
public record ModelConfig(Vision vision, Text text) {

  /**
   * The SigLIP vision tower.
   *
   * @param imageSize side of the square input in pixels
   * @param patchSize side of one patch in pixels
   */
  public record Vision(
      int hidden, int layers, int heads, int intermediate, int imageSize, int patchSize) {
    /** Number of image tokens. */
    public int tokens() {
      int side = imageSize / patchSize;
      return side * side;
    }
  }

  /**
   * The Gemma language model.
   *
   * @param gemma2 whether blocks have the four norms of Gemma 2
   * @param attentionScale factor on query-key products
   * @param attentionSoftcap cap {@code c} of {@code c * tanh(score / c)}, absent in Gemma 1
   * @param tiedHead whether the embedding table is also the output head
   */
  public record Text(
      boolean gemma2,
      int hidden,
      int layers,
      int heads,
      int keyValueHeads,
      int headSize,
      int intermediate,
      float epsilon,
      double ropeTheta,
      double attentionScale,
      OptionalDouble attentionSoftcap,
      boolean tiedHead) {}

  static ModelConfig read(JsonNode root, String file) throws CheckpointException {
    String type = root.path("model_type").asText("paligemma");
    if (!type.equals("paligemma")) {
      throw new CheckpointException(
          "%s has model_type '%s': only 'paligemma' checkpoints can be loaded."
              .formatted(file, type));
    }
    ModelConfig config = new ModelConfig(vision(root.path("vision_config")), text(root, file));
    config.check(file);
    return config;
  }

  private static Vision vision(JsonNode node) {
    return new Vision(
        integer(node, "hidden_size", 1152),
        integer(node, "num_hidden_layers", 27),
        integer(node, "num_attention_heads", 16),
        integer(node, "intermediate_size", 4304),
        integer(node, "image_size", 224),
        integer(node, "patch_size", 14));
  }

  private static Text text(JsonNode root, String file) throws CheckpointException {
    JsonNode node = root.path("text_config");
    String type = node.path("model_type").asText("gemma");
    boolean gemma2 = type.equals("gemma2");
    if (!gemma2 && !type.equals("gemma")) {
      throw new CheckpointException(
          "%s has text_config.model_type '%s': 'gemma' and 'gemma2' are known."
              .formatted(file, type));
    }
    int headSize = integer(node, "head_dim", 256);
    double queryScalar = gemma2 ? node.path("query_pre_attn_scalar").asDouble(256) : headSize;
    JsonNode rope = node.has("rope_theta") ? node : node.path("rope_parameters");
    return new Text(
        gemma2,
        integer(node, "hidden_size", gemma2 ? 2304 : 2048),
        integer(node, "num_hidden_layers", gemma2 ? 26 : 18),
        integer(node, "num_attention_heads", 8),
        integer(node, "num_key_value_heads", gemma2 ? 4 : 1),
        headSize,
        integer(node, "intermediate_size", gemma2 ? 9216 : 16384),
        (float) node.path("rms_norm_eps").asDouble(1e-6),
        rope.path("rope_theta").asDouble(10_000),
        Math.pow(queryScalar, -0.5),
        gemma2 ? softcap(node) : OptionalDouble.empty(),
        root.path("tie_word_embeddings").asBoolean(true)
            && node.path("tie_word_embeddings").asBoolean(true));
  }

  private static OptionalDouble softcap(JsonNode node) {
    JsonNode cap = node.get("attn_logit_softcapping");
    if (cap == null) {
      return OptionalDouble.of(50);
    }
    return cap.isNull() ? OptionalDouble.empty() : OptionalDouble.of(cap.asDouble());
  }

  private static int integer(JsonNode node, String key, int absent) {
    return node.path(key).asInt(absent);
  }

  private void check(String file) throws CheckpointException {
    if (vision.patchSize < 1 || vision.imageSize < vision.patchSize) {
      throw new CheckpointException(
          "%s has image_size %d and patch_size %d: the image must hold at least one patch."
              .formatted(file, vision.imageSize, vision.patchSize));
    }
    if (vision.heads < 1 || vision.hidden % vision.heads != 0) {
      throw new CheckpointException(
          "%s has %d vision heads for hidden_size %d: it must be a multiple."
              .formatted(file, vision.heads, vision.hidden));
    }
    if (text.keyValueHeads < 1 || text.heads % text.keyValueHeads != 0) {
      throw new CheckpointException(
          "%s has %d attention heads for %d key-value heads: it must be a multiple."
              .formatted(file, text.heads, text.keyValueHeads));
    }
  }
}
