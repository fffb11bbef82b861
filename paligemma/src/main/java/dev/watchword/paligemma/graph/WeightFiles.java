package dev.watchword.paligemma.graph;

import com.fasterxml.jackson.databind.JsonNode;
import dev.watchword.paligemma.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Which files of a directory hold its weights, found in the order in which transformers looks: one
 * file, an index of shards, or whatever safetensors files there are.
 *
 * @param shards the files, as the directory names them
 * @param promised in which file an index says that a tensor is, by the tensor's normalised name
 */
record WeightFiles(List<Path> shards, Map<String, Path> promised) {
  private static final List<String> OTHER_FORMATS =
      List.of(".bin", ".pt", ".pth", ".ckpt", ".gguf", ".onnx", ".npz", ".msgpack", ".h5");

  static WeightFiles of(Path directory) throws CheckpointException {
    Path single = directory.resolve("model.safetensors");
    if (present(single)) {
      return new WeightFiles(List.of(single), Map.of());
    }
    Path index = directory.resolve("model.safetensors.index.json");
    return present(index) ? indexed(directory, index) : unindexed(directory);
  }

  /** A link counts also when it leads nowhere: that is an error to tell, not an absent file. */
  private static boolean present(Path file) {
    return Files.exists(file) || Files.isSymbolicLink(file);
  }

  private static WeightFiles indexed(Path directory, Path index) throws CheckpointException {
    JsonNode map = Checkpoint.readJson(index).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw new CheckpointException(index + " has no weight_map: download it again.");
    }
    Map<String, Path> promised = new HashMap<>();
    TreeSet<Path> shards = new TreeSet<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      Path shard = directory.resolve(entry.getValue().asText());
      if (shards.add(shard) && !Files.isRegularFile(shard)) {
        throw new CheckpointException(
            "%s is missing, but %s names it: download it.".formatted(shard, index));
      }
      promised.put(SafeTensors.normalise(entry.getKey()), shard);
    }
    return new WeightFiles(List.copyOf(shards), promised);
  }

  private static WeightFiles unindexed(Path directory) throws CheckpointException {
    List<Path> shards = new ArrayList<>();
    List<String> others = new ArrayList<>();
    try (var files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (name.endsWith(".safetensors") && !name.startsWith(".") && !Adapter.isWeights(name)) {
          shards.add(file);
        } else if (OTHER_FORMATS.stream().anyMatch(name::endsWith)) {
          others.add(name);
        }
      }
    } catch (IOException e) {
      throw new CheckpointException("Cannot list " + directory + ": " + e, e);
    }
    if (shards.isEmpty()) {
      throw new CheckpointException(noWeights(directory, others));
    }
    shards.sort(null);
    return new WeightFiles(shards, Map.of());
  }

  private static String noWeights(Path directory, List<String> others) {
    if (others.isEmpty()) {
      return "%s holds no *.safetensors file: download the weights in that format."
          .formatted(directory);
    }
    others.sort(null);
    return "%s holds %s but no *.safetensors file: download the weights in that format, or save the model again with save_pretrained of transformers."
        .formatted(directory, others.getFirst());
  }
}
