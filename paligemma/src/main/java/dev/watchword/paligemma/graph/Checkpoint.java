package dev.watchword.paligemma.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.watchword.paligemma.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Hugging Face checkpoint directory: its configuration and where each weight lies, with an
 * adapter's changes if there are any. No weight is read. Immutable.
 */
public final class Checkpoint {
  static final String TABLE = "language_model.embed_tokens.weight";
  static final String HEAD = "lm_head.weight";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String POSITIONS = "position_embedding.weight";

  /** Companions that bitsandbytes, GPTQ, AWQ and compressed-tensors give a quantised weight. */
  private static final List<String> QUANTISED =
      List.of(".quant_map", ".absmax", ".SCB", ".qweight", ".qzeros", ".weight_packed", ".w_bit");

  private final Path directory;
  private final ModelConfig config;
  private final Map<String, StoredTensor> tensors;
  private final Map<String, Path> promised;
  private final Map<String, Adapter.Update> updates;
  private final String revision;

  private Checkpoint(
      Path directory,
      ModelConfig config,
      Map<String, StoredTensor> tensors,
      Map<String, Path> promised,
      Map<String, Adapter.Update> updates,
      String revision) {
    this.directory = directory;
    this.config = config;
    this.tensors = Map.copyOf(tensors);
    this.promised = Map.copyOf(promised);
    this.updates = Map.copyOf(updates);
    this.revision = revision;
  }

  /** Reads {@code config.json} and the safetensors headers of {@code directory}. */
  public static Checkpoint open(Path directory) throws CheckpointException {
    requireModel(directory);
    Path configFile = directory.resolve("config.json");
    ModelConfig config = ModelConfig.read(readJson(configFile), configFile.toString());
    WeightFiles files = WeightFiles.of(directory);
    Map<String, StoredTensor> tensors = new HashMap<>();
    List<SafeTensors> shards = new ArrayList<>();
    for (Path shard : files.shards()) {
      SafeTensors opened = SafeTensors.open(shard);
      for (StoredTensor tensor : opened.tensors()) {
        add(tensor.named(SafeTensors.normalise(tensor.name())), tensors);
      }
      shards.add(opened);
    }
    return new Checkpoint(
        directory, config, tensors, files.promised(), Map.of(), Revision.of(configFile, shards));
  }

  private static void requireModel(Path directory) throws CheckpointException {
    if (Files.isRegularFile(directory)) {
      throw new CheckpointException(
          "%s is a file: give the directory that holds config.json, tokenizer.json and *.safetensors."
              .formatted(directory));
    }
    if (!Files.isDirectory(directory)) {
      throw new CheckpointException(
          "Model directory %s does not exist: give a directory with config.json, tokenizer.json and *.safetensors."
              .formatted(directory));
    }
    if (Adapter.isAt(directory) && !Files.exists(directory.resolve("config.json"))) {
      throw new CheckpointException(
          "%s is an adapter without its model: give the base model's directory, and this one as the adapter."
              .formatted(directory));
    }
  }

  private static void add(StoredTensor tensor, Map<String, StoredTensor> tensors)
      throws CheckpointException {
    if (QUANTISED.stream().anyMatch(tensor.name()::contains)) {
      throw new CheckpointException(
          "%s holds quantised weights ('%s'): download the model's F32, F16 or BF16 weights."
              .formatted(tensor.shard(), tensor.name()));
    }
    StoredTensor other = tensors.put(tensor.name(), tensor);
    if (other != null) {
      throw new CheckpointException(
          "Tensor '%s' is stored twice, in %s and in %s: keep the files of one download only."
              .formatted(tensor.name(), other.shard(), tensor.shard()));
    }
  }

  /**
   * This checkpoint with a PEFT adapter of type LoRA merged in: {@code W + s B A} instead of W
   * wherever it adapts a weight, and the adapter's own tensor where it holds a whole one.
   */
  public Checkpoint withAdapter(Path adapterDirectory) throws CheckpointException {
    Adapter adapter = Adapter.open(adapterDirectory);
    adapter.requireOwnTables(config.text().tiedHead());
    Map<String, StoredTensor> replaced = new HashMap<>(tensors);
    for (StoredTensor tensor : adapter.replacements()) {
      StoredTensor base = adapter.baseOf(tensor.name(), tensors, directory);
      if (!Arrays.equals(base.shape(), tensor.shape())) {
        throw new CheckpointException(
            "Tensor '%s' in %s has shape %s but the base model's has %s: the adapter belongs to another model."
                .formatted(
                    tensor.name(),
                    tensor.shard(),
                    Arrays.toString(tensor.shape()),
                    Arrays.toString(base.shape())));
      }
      replaced.put(tensor.name(), tensor);
    }
    for (Adapter.Update update : adapter.updates().values()) {
      update.requireFit(adapter.baseOf(update.weight(), tensors, directory));
    }
    return new Checkpoint(
        directory, config, replaced, promised, adapter.updates(), adapter.revision(revision));
  }

  /**
   * This checkpoint without the cap on attention scores. The Gemma 2 models were trained with it;
   * transformers drops it unless its attention is {@code eager}.
   */
  public Checkpoint withoutAttentionSoftcap() {
    return new Checkpoint(
        directory,
        config.withoutAttentionSoftcap(),
        tensors,
        promised,
        updates,
        Revision.of(revision, "no attention soft cap"));
  }

  /** A required JSON file of the checkpoint. */
  static JsonNode readJson(Path file) throws CheckpointException {
    if (!Files.exists(file)) {
      throw new CheckpointException(file + " is missing: copy it from the model's repository.");
    }
    try {
      if (ForeignFile.isPointer(file)) {
        throw new CheckpointException(file + " is a Git LFS pointer: download the file itself.");
      }
      return JSON.readTree(file.toFile());
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          "%s is not valid JSON: %s.".formatted(file, e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new CheckpointException("Cannot read " + file + ": " + e, e);
    }
  }

  /** A JSON file that a checkpoint may lack. */
  public Optional<JsonNode> json(String name) throws CheckpointException {
    Path file = directory.resolve(name);
    return Files.exists(file) ? Optional.of(readJson(file)) : Optional.empty();
  }

  /** The weight of that normalised name, checked against the shape that config.json implies. */
  public StoredTensor tensor(String name, long... shape) throws CheckpointException {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new CheckpointException(
          "%s has no tensor '%s' of shape %s, which config.json asks for: the weights are incomplete or of another model."
              .formatted(promised.getOrDefault(name, directory), name, Arrays.toString(shape)));
    }
    if (tensor.type() == ElementType.INT64) {
      throw new CheckpointException(
          "Tensor '%s' in %s is stored as %s: weights must be F32, F16 or BF16."
              .formatted(name, tensor.shard(), tensor.stored()));
    }
    if (!Arrays.equals(shape, tensor.shape())) {
      throw new CheckpointException(
          "Tensor '%s' in %s has shape %s but config.json asks for %s%s."
              .formatted(
                  name,
                  tensor.shard(),
                  Arrays.toString(tensor.shape()),
                  Arrays.toString(shape),
                  imageSizeOf(tensor)));
    }
    return tensor;
  }

  /** Which image size a table of positions is for: the usual slip is the config of another one. */
  private String imageSizeOf(StoredTensor tensor) {
    long rows = tensor.shape().length == 2 ? tensor.shape()[0] : 0;
    long side = Math.round(Math.sqrt(rows));
    if (!tensor.name().endsWith(POSITIONS) || rows == 0 || side * side != rows) {
      return "";
    }
    return ": the weights are for image_size %d, not %d"
        .formatted(side * config.vision().patchSize(), config.vision().imageSize());
  }

  /** Rows of the embedding table, which may be more than the tokenizer has tokens. */
  public int vocabularySize() throws CheckpointException {
    StoredTensor table = tensors.get(TABLE);
    if (table == null || table.shape().length != 2) {
      throw new CheckpointException(
          "%s has no tensor '%s' of shape [tokens, %d]: the weights are incomplete or of another model."
              .formatted(promised.getOrDefault(TABLE, directory), TABLE, config.text().hidden()));
    }
    return Math.toIntExact(table.shape()[0]);
  }

  boolean has(String name) {
    return tensors.containsKey(name);
  }

  /** What an adapter adds to the weight of that name. */
  Optional<Adapter.Update> update(String name) {
    return Optional.ofNullable(updates.get(name));
  }

  public ModelConfig config() {
    return config;
  }

  public Path directory() {
    return directory;
  }

  /** Twelve hexadecimal digits that change with the configuration, the layout or the weights. */
  public String revision() {
    return revision;
  }
}
