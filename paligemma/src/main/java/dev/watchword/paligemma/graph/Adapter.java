package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A PEFT adapter directory of type LoRA: {@code adapter_config.json} and {@code
 * adapter_model.safetensors}. No weight is read. Immutable.
 */
final class Adapter {
  private static final String CONFIG = "adapter_config.json";
  private static final String WEIGHTS = "adapter_model.safetensors";
  private static final String PREFIX = "base_model.model.";

  /** What is left of a tensor's name when it belongs to another kind of adapter. */
  private static final List<String> OTHER_KINDS = List.of("lora_", "token_adapter");

  private final Path directory;
  private final SafeTensors file;
  private final Map<String, Update> updates;
  private final List<StoredTensor> replacements;

  private Adapter(
      Path directory,
      SafeTensors file,
      Map<String, Update> updates,
      List<StoredTensor> replacements) {
    this.directory = directory;
    this.file = file;
    this.updates = Map.copyOf(updates);
    this.replacements = List.copyOf(replacements);
  }

  /**
   * {@code scale * up * down} is added to a weight {@code [out,in]}; the kernel of a convolution
   * counts as a matrix of its flattened filters.
   *
   * @param weight normalised name of the weight
   * @param down A, {@code [rank,in]}
   * @param up B, {@code [out,rank]}
   */
  record Update(String weight, StoredTensor down, StoredTensor up, float scale) {
    void requireFit(StoredTensor base) throws CheckpointException {
      long[] kernel = base.shape().clone();
      kernel[0] = up.shape()[1];
      if (base.shape().length < 2
          || up.shape()[0] != base.shape()[0]
          || !Arrays.equals(down.shape(), kernel)) {
        throw new CheckpointException(
            "%s adapts '%s' by shapes %s and %s, which do not fit the base model's %s: it belongs to another model."
                .formatted(
                    up.shard(),
                    weight,
                    Arrays.toString(up.shape()),
                    Arrays.toString(down.shape()),
                    Arrays.toString(base.shape())));
      }
    }
  }

  static boolean isAt(Path directory) {
    return Files.exists(directory.resolve(CONFIG));
  }

  static boolean isWeights(String name) {
    return name.equals(WEIGHTS);
  }

  static Adapter open(Path directory) throws CheckpointException {
    if (!isAt(directory)) {
      throw new CheckpointException(
          "Adapter directory %s has no %s: give the directory that PEFT saved."
              .formatted(directory, CONFIG));
    }
    Path configFile = directory.resolve(CONFIG);
    AdapterConfig config = AdapterConfig.read(Checkpoint.readJson(configFile), configFile);
    Path weights = directory.resolve(WEIGHTS);
    if (!Files.exists(weights)) {
      throw new CheckpointException(
          "%s is missing: save the adapter with safe_serialization=True.".formatted(weights));
    }
    SafeTensors file = SafeTensors.open(weights);
    Reading reading = new Reading(weights);
    for (StoredTensor tensor : file.tensors()) {
      reading.add(tensor);
    }
    return new Adapter(directory, file, reading.updates(config), reading.replacements);
  }

  /** Sorts the file's tensors: halves of updates by module, and whole replacements. */
  private static final class Reading {
    private final Path weights;
    private final Map<String, StoredTensor> downs = new TreeMap<>();
    private final Map<String, StoredTensor> ups = new TreeMap<>();
    private final List<StoredTensor> replacements = new ArrayList<>();

    private Reading(Path weights) {
      this.weights = weights;
    }

    /** Older files keep the adapter's own name in a tensor's: {@code lora_A.default.weight}. */
    private void add(StoredTensor tensor) throws CheckpointException {
      String name = tensor.name();
      String plain = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
      if (tensor.type() == ElementType.INT64) {
        throw new CheckpointException(
            "Tensor '%s' in %s is stored as %s: weights must be F32, F16 or BF16."
                .formatted(name, weights, tensor.stored()));
      }
      if (plain.contains(".lora_A.") && plain.endsWith(".weight")) {
        downs.put(plain.substring(0, plain.indexOf(".lora_A.")), tensor);
      } else if (plain.contains(".lora_B.") && plain.endsWith(".weight")) {
        ups.put(plain.substring(0, plain.indexOf(".lora_B.")), tensor);
      } else if (!plain.contains(".original_module.")) {
        replacements.add(tensor.named(replaced(plain)));
      }
    }

    private String replaced(String plain) throws CheckpointException {
      if (OTHER_KINDS.stream().anyMatch(plain::contains)) {
        throw refusal("%s holds '%s'".formatted(weights, plain));
      }
      return SafeTensors.normalise(
          plain
              .replaceFirst("\\.modules_to_save\\.(default\\.)?", ".")
              .replace(".base_layer.", "."));
    }

    private Map<String, Update> updates(AdapterConfig config) throws CheckpointException {
      Map<String, Update> updates = new HashMap<>();
      for (Map.Entry<String, StoredTensor> entry : downs.entrySet()) {
        String module = entry.getKey();
        StoredTensor down = entry.getValue();
        StoredTensor up = ups.remove(module);
        requireHalves(module, down, up, config);
        String weight = SafeTensors.normalise(module + ".weight");
        updates.put(
            weight,
            new Update(
                weight,
                down.named(weight + ".lora_A"),
                up.named(weight + ".lora_B"),
                config.scale(module)));
      }
      if (!ups.isEmpty()) {
        requireHalves(ups.keySet().iterator().next(), null, null, config);
      }
      return updates;
    }

    private void requireHalves(
        String module, StoredTensor down, StoredTensor up, AdapterConfig config)
        throws CheckpointException {
      if (down == null || up == null || down.shape().length < 2 || up.shape().length < 2) {
        throw new CheckpointException(
            "%s does not hold both '%s.lora_A.weight' and '%s.lora_B.weight': save the adapter again."
                .formatted(weights, module, module));
      }
      int rank = config.rank(module);
      if (down.shape()[0] != rank || up.shape()[1] != rank) {
        throw new CheckpointException(
            "%s adapts '%s' by shapes %s and %s but %s gives rank %d."
                .formatted(
                    weights,
                    module,
                    Arrays.toString(up.shape()),
                    Arrays.toString(down.shape()),
                    CONFIG,
                    rank));
      }
    }
  }

  /** A change that is no sum of a weight and a product of two. */
  static CheckpointException refusal(String what) {
    return new CheckpointException(
        "%s, which cannot be merged: merge the adapter with PEFT's merge_and_unload and save the whole model."
            .formatted(what));
  }

  /** The base model's tensor that this adapter changes. */
  StoredTensor baseOf(String name, Map<String, StoredTensor> tensors, Path base)
      throws CheckpointException {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new CheckpointException(
          "%s changes '%s', which %s does not have: the adapter belongs to another model."
              .formatted(directory.resolve(WEIGHTS), name, base));
    }
    return tensor;
  }

  /** By normalised name of the weight. */
  Map<String, Update> updates() {
    return updates;
  }

  /** Whole tensors that take the place of the base model's, under normalised names. */
  List<StoredTensor> replacements() {
    return replacements;
  }

  /**
   * @param tied whether the embedding table is also the output head, so that a change of one would
   *     part them
   */
  void requireOwnTables(boolean tied) throws CheckpointException {
    for (String table : List.of(Checkpoint.TABLE, Checkpoint.HEAD)) {
      boolean replaced = replacements.stream().anyMatch(tensor -> tensor.name().equals(table));
      if (updates.containsKey(table) || (tied && replaced)) {
        throw refusal("%s changes '%s'".formatted(directory.resolve(WEIGHTS), table));
      }
    }
  }

  String revision(String base) throws CheckpointException {
    return Revision.of(base, directory.resolve(CONFIG), List.of(file));
  }
}
