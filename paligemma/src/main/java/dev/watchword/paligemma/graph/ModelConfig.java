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
    String type = root.path("model_type").asText("");
    if (!type.equals("paligemma")) {
      throw new CheckpointException(
          "%s has model_type '%s': only 'paligemma' checkpoints can be loaded."
              .formatted(file, type));
    }
    JsonNode quantised = root.path("quantization_config");
    if (quantised.isObject()) {
      throw new CheckpointException(
          "%s is of a model quantised with %s: download the model's F32, F16 or BF16 weights."
              .formatted(file, quantised.path("quant_method").asText("an unnamed method")));
    }
    ModelConfig config =
        new ModelConfig(vision(new Fields(root.path("vision_config"), file)), text(root, file));
    config.check(file);
    return config;
  }

  private static Vision vision(Fields fields) throws CheckpointException {
    return new Vision(
        fields.integer("hidden_size", 1152),
        fields.integer("num_hidden_layers", 27),
        fields.integer("num_attention_heads", 16),
        fields.integer("intermediate_size", 4304),
        fields.integer("image_size", 224),
        fields.integer("patch_size", 14));
  }

  /** The same model without the cap on attention scores. */
  ModelConfig withoutAttentionSoftcap() {
    return new ModelConfig(
        vision,
        new Text(
            text.gemma2,
            text.hidden,
            text.layers,
            text.heads,
            text.keyValueHeads,
            text.headSize,
            text.intermediate,
            text.epsilon,
            text.ropeTheta,
            text.attentionScale,
            OptionalDouble.empty(),
            text.tiedHead));
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
    Fields fields = new Fields(node, file);
    int headSize = fields.integer("head_dim", 256);
    double queryScalar = gemma2 ? fields.number("query_pre_attn_scalar", 256) : headSize;
    return new Text(
        gemma2,
        fields.integer("hidden_size", gemma2 ? 2304 : 2048),
        fields.integer("num_hidden_layers", gemma2 ? 26 : 18),
        fields.integer("num_attention_heads", 8),
        fields.integer("num_key_value_heads", gemma2 ? 4 : 1),
        headSize,
        fields.integer("intermediate_size", gemma2 ? 9216 : 16384),
        (float) fields.number("rms_norm_eps", 1e-6),
        ropeTheta(node, file),
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

  /** transformers 5 keeps it in an object of its own, with the kind of rotation. */
  private static double ropeTheta(JsonNode text, String file) throws CheckpointException {
    JsonNode rope =
        text.path(text.path("rope_parameters").isObject() ? "rope_parameters" : "rope_scaling");
    String type = rope.path("rope_type").asText(rope.path("type").asText("default"));
    if (!type.equals("default")) {
      throw new CheckpointException(
          "%s has rope_type '%s': only 'default' is known.".formatted(file, type));
    }
    return new Fields(text.hasNonNull("rope_theta") ? text : rope, file)
        .number("rope_theta", 10_000);
  }

  /** Numbers above zero that may be absent. */
  private record Fields(JsonNode node, String file) {
    int integer(String key, int absent) throws CheckpointException {
      JsonNode value = node.path(key);
      if (value.isMissingNode() || value.isNull()) {
        return absent;
      }
      if (!value.canConvertToInt() || !value.canConvertToExactIntegral() || value.asInt() < 1) {
        throw new CheckpointException(
            "%s has %s %s: it must be a whole number above 0.".formatted(file, key, value));
      }
      return value.asInt();
    }

    double number(String key, double absent) throws CheckpointException {
      JsonNode value = node.path(key);
      if (value.isMissingNode() || value.isNull()) {
        return absent;
      }
      if (!value.isNumber() || !(value.asDouble() > 0)) {
        throw new CheckpointException(
            "%s has %s %s: it must be a number above 0.".formatted(file, key, value));
      }
      return value.asDouble();
    }
  }

  private void check(String file) throws CheckpointException {
    if (vision.imageSize < vision.patchSize) {
      throw new CheckpointException(
          "%s has image_size %d and patch_size %d: the image must hold at least one patch."
              .formatted(file, vision.imageSize, vision.patchSize));
    }
    if (vision.hidden % vision.heads != 0) {
      throw new CheckpointException(
          "%s has %d vision heads for hidden_size %d: it must be a multiple."
              .formatted(file, vision.heads, vision.hidden));
    }
    if (text.heads % text.keyValueHeads != 0) {
      throw new CheckpointException(
          "%s has %d attention heads for %d key-value heads: it must be a multiple."
              .formatted(file, text.heads, text.keyValueHeads));
    }
  }
}
