package dev.watchword.paligemma.graph;

import com.fasterxml.jackson.databind.JsonNode;
import dev.watchword.paligemma.CheckpointException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What of {@code adapter_config.json} decides the merge, by PEFT's rules. {@code fan_in_fan_out}
 * has no say: PEFT ignores it for linear layers.
 */
final class AdapterConfig {
  /** Variants of LoRA whose result is not {@code W + s B A}. */
  private static final List<String> OTHER_KINDS =
      List.of(
          "use_dora",
          "lora_bias",
          "use_qalora",
          "use_bdlora",
          "alora_invocation_tokens",
          "arrow_config",
          "kasa_config",
          "monteclora_config",
          "velora_config",
          "layer_replication",
          "target_parameters",
          "trainable_token_indices");

  /** Initialisations that leave the base weights alone; others store what is left of them. */
  private static final List<String> PLAIN_STARTS =
      List.of("", "true", "false", "gaussian", "eva", "orthogonal");

  private final double rank;
  private final double alpha;
  private final boolean rankStabilised;
  private final Map<Pattern, Double> ranks;
  private final Map<Pattern, Double> alphas;

  private AdapterConfig(JsonNode root, Path file) throws CheckpointException {
    this.rank = root.path("r").asDouble(8);
    this.alpha = root.path("lora_alpha").asDouble(8);
    this.rankStabilised = root.path("use_rslora").asBoolean(false);
    this.ranks = patterns(root, "rank_pattern", file);
    this.alphas = patterns(root, "alpha_pattern", file);
  }

  static AdapterConfig read(JsonNode root, Path file) throws CheckpointException {
    String type = root.path("peft_type").asText("");
    if (!type.equals("LORA")) {
      throw new CheckpointException(
          "%s has peft_type '%s': only 'LORA' adapters can be merged.".formatted(file, type));
    }
    String bias = root.path("bias").asText("none");
    if (!bias.equals("none")) {
      throw Adapter.refusal("%s uses bias '%s'".formatted(file, bias));
    }
    for (String kind : OTHER_KINDS) {
      if (isSet(root.path(kind))) {
        throw Adapter.refusal("%s uses %s".formatted(file, kind));
      }
    }
    String start = root.path("init_lora_weights").asText("");
    if (!PLAIN_STARTS.contains(start)) {
      throw Adapter.refusal("%s uses init_lora_weights '%s'".formatted(file, start));
    }
    return new AdapterConfig(root, file);
  }

  private static boolean isSet(JsonNode value) {
    return value.isContainerNode() ? !value.isEmpty() : value.asBoolean(value.isTextual());
  }

  /** A pattern speaks for the end of a module's name, from a dot on. */
  private static Map<Pattern, Double> patterns(JsonNode root, String key, Path file)
      throws CheckpointException {
    Map<Pattern, Double> patterns = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : root.path(key).properties()) {
      try {
        patterns.put(
            Pattern.compile("(.*\\.)?(%s)".formatted(entry.getKey())), entry.getValue().asDouble());
      } catch (PatternSyntaxException e) {
        throw new CheckpointException(
            "%s has a %s '%s' that is not a regular expression: %s."
                .formatted(file, key, entry.getKey(), e.getDescription()),
            e);
      }
    }
    return patterns;
  }

  /**
   * @param module name of a layer in the adapter's own spelling
   */
  int rank(String module) {
    return (int) first(ranks, module).orElse(rank).doubleValue();
  }

  /** The factor on {@code B A}. */
  float scale(String module) {
    double divisor = rankStabilised ? Math.sqrt(rank(module)) : rank(module);
    return (float) (first(alphas, module).orElse(alpha) / divisor);
  }

  private static Optional<Double> first(Map<Pattern, Double> patterns, String module) {
    return patterns.entrySet().stream()
        .filter(entry -> entry.getKey().matcher(module).matches())
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
