package dev.watchword.paligemma.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.watchword.paligemma.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A Hugging Face checkpoint directory: its configuration and where each weight lies. No weight is
 * read. Immutable.
 */
public final class Checkpoint {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SAMPLES = 64;
  private static final int SAMPLE_BYTES = 4096;

  private final Path directory;
  private final ModelConfig config;
  private final Map<String, StoredTensor> tensors;
  private final String revision;

  private Checkpoint(
      Path directory, ModelConfig config, Map<String, StoredTensor> tensors, String revision) {
    this.directory = directory;
    this.config = config;
    this.tensors = Map.copyOf(tensors);
    this.revision = revision;
  }

  /** Reads {@code config.json} and the safetensors headers of {@code directory}. */
  public static Checkpoint open(Path directory) throws CheckpointException {
    if (!Files.isDirectory(directory)) {
      throw new CheckpointException(
          "Model directory %s does not exist: give a directory with config.json, tokenizer.json and *.safetensors."
              .formatted(directory));
    }
    Path configFile = directory.resolve("config.json");
    ModelConfig config = ModelConfig.read(readJson(configFile), configFile.toString());
    Map<String, StoredTensor> tensors = new HashMap<>();
    List<SafeTensors> shards = new ArrayList<>();
    for (Path shard : shardFiles(directory)) {
      SafeTensors opened = SafeTensors.open(shard);
      opened.addTo(tensors, JSON);
      shards.add(opened);
    }
    return new Checkpoint(directory, config, tensors, revision(configFile, shards));
  }

  private static List<Path> shardFiles(Path directory) throws CheckpointException {
    Path index = directory.resolve("model.safetensors.index.json");
    if (Files.exists(index)) {
      TreeSet<String> names = new TreeSet<>();
      readJson(index).path("weight_map").forEach(file -> names.add(file.asText()));
      List<Path> shards = new ArrayList<>();
      for (String name : names) {
        Path shard = directory.resolve(name);
        if (!Files.exists(shard)) {
          throw new CheckpointException(
              "%s is missing, but %s names it: download it.".formatted(shard, index));
        }
        shards.add(shard);
      }
      return shards;
    }
    Path single = directory.resolve("model.safetensors");
    return Files.exists(single) ? List.of(single) : anySafetensors(directory);
  }

  private static List<Path> anySafetensors(Path directory) throws CheckpointException {
    List<Path> shards = new ArrayList<>();
    try (var files = Files.newDirectoryStream(directory, "*.safetensors")) {
      files.forEach(shards::add);
    } catch (IOException e) {
      throw new CheckpointException("Cannot list " + directory + ": " + e, e);
    }
    if (shards.isEmpty()) {
      throw new CheckpointException(
          "%s holds no *.safetensors file: download the weights in that format."
              .formatted(directory));
    }
    shards.sort(null);
    return shards;
  }

  /** A required JSON file of the checkpoint. */
  static JsonNode readJson(Path file) throws CheckpointException {
    if (!Files.exists(file)) {
      throw new CheckpointException(file + " is missing: copy it from the model's repository.");
    }
    try {
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
          "%s has no tensor '%s': the weights do not belong to this config.json."
              .formatted(directory, name));
    }
    if (tensor.type() == ElementType.INT64) {
      throw new CheckpointException(
          "Tensor '%s' in %s is stored in a type that cannot be used: convert it to F32, F16 or BF16."
              .formatted(name, tensor.file()));
    }
    if (!Arrays.equals(shape, tensor.shape())) {
      throw new CheckpointException(
          "Tensor '%s' in %s has shape %s but config.json asks for %s."
              .formatted(
                  name, tensor.file(), Arrays.toString(tensor.shape()), Arrays.toString(shape)));
    }
    return tensor;
  }

  /** Rows of the embedding table, which may be more than the tokenizer has tokens. */
  public int vocabularySize() throws CheckpointException {
    StoredTensor table = tensors.get("language_model.embed_tokens.weight");
    if (table == null || table.shape().length != 2) {
      throw new CheckpointException(
          directory + " has no two-dimensional tensor 'language_model.embed_tokens.weight'.");
    }
    return Math.toIntExact(table.shape()[0]);
  }

  boolean has(String name) {
    return tensors.containsKey(name);
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

  /** Headers say nothing about values, so a few blocks of each shard go into the hash as well. */
  private static String revision(Path configFile, List<SafeTensors> shards)
      throws CheckpointException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(Files.readAllBytes(configFile));
      for (SafeTensors shard : shards) {
        digest.update(shard.header());
        sample(shard, digest);
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 6);
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new CheckpointException("Cannot read the files beside " + configFile + ": " + e, e);
    }
  }

  private static void sample(SafeTensors shard, MessageDigest digest) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(SAMPLE_BYTES);
    try (FileChannel channel = FileChannel.open(shard.file())) {
      for (int i = 0; i < SAMPLES; i++) {
        block.clear();
        channel.read(block, (shard.size() - 1) / SAMPLES * i);
        digest.update(block.flip());
      }
    }
  }
}
