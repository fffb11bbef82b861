package dev.watchword.paligemma.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.watchword.paligemma.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;

/**
 * Reads the header of one safetensors file: an unsigned 64-bit little-endian header length, a JSON
 * object of {@code name: {dtype, shape, data_offsets}}, then the raw data.
 */
final class SafeTensors {
  private static final long LARGEST_HEADER = 100_000_000;

  private final Path file;
  private final long size;
  private final long dataStart;
  private final byte[] header;

  private SafeTensors(Path file, long size, byte[] header) {
    this.file = file;
    this.size = size;
    this.header = header;
    this.dataStart = 8L + header.length;
  }

  static SafeTensors open(Path shard) throws CheckpointException {
    try {
      Path file = shard.toRealPath();
      try (FileChannel channel = FileChannel.open(file)) {
        return new SafeTensors(file, channel.size(), readHeader(channel, shard));
      }
    } catch (IOException e) {
      throw new CheckpointException("Cannot read " + shard + ": " + e, e);
    }
  }

  private static byte[] readHeader(FileChannel channel, Path shard)
      throws IOException, CheckpointException {
    ByteBuffer prefix = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    readFully(channel, prefix, 0);
    long length = prefix.hasRemaining() ? -1 : prefix.getLong(0);
    if (length < 2 || length > LARGEST_HEADER || 8 + length > channel.size()) {
      throw new CheckpointException(
          "%s is not a whole safetensors file (%d bytes): it is cut short or a Git LFS pointer; download it again."
              .formatted(shard, channel.size()));
    }
    ByteBuffer header = ByteBuffer.allocate((int) length);
    readFully(channel, header, 8);
    return header.array();
  }

  private static void readFully(FileChannel channel, ByteBuffer into, long position)
      throws IOException {
    while (into.hasRemaining()) {
      int read = channel.read(into, position + into.position());
      if (read < 0) {
        return;
      }
    }
  }

  /** Adds each tensor under its normalised name. */
  void addTo(Map<String, StoredTensor> tensors, ObjectMapper mapper) throws CheckpointException {
    for (Map.Entry<String, JsonNode> field : parse(mapper).properties()) {
      if (!field.getKey().equals("__metadata__")) {
        StoredTensor tensor = tensor(field.getKey(), field.getValue());
        tensors.put(tensor.name(), tensor);
      }
    }
  }

  private JsonNode parse(ObjectMapper mapper) throws CheckpointException {
    try {
      return mapper.readTree(header);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(file + " has a header that is not JSON; download it again.", e);
    } catch (IOException e) {
      throw new CheckpointException("Cannot read " + file + ": " + e, e);
    }
  }

  private StoredTensor tensor(String name, JsonNode entry) throws CheckpointException {
    ElementType type =
        switch (entry.path("dtype").asText()) {
          case "F32" -> ElementType.FLOAT32;
          case "F16" -> ElementType.FLOAT16;
          case "BF16" -> ElementType.BFLOAT16;
          // Buffers such as position ids are no weights; only a use of one is an error.
          default -> ElementType.INT64;
        };
    JsonNode dimensions = entry.path("shape");
    long[] shape = new long[dimensions.size()];
    long elements = 1;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = dimensions.get(i).asLong();
      elements *= shape[i];
    }
    long begin = entry.path("data_offsets").path(0).asLong(-1);
    long end = entry.path("data_offsets").path(1).asLong(-1);
    if (begin < 0 || end < begin || dataStart + end > size) {
      throw new CheckpointException(
          "%s is cut short: tensor '%s' ends at byte %d but the file has %d bytes; download it again."
              .formatted(file, name, dataStart + end, size));
    }
    if (type != ElementType.INT64 && end - begin != elements * type.bytes()) {
      throw new CheckpointException(
          "%s is damaged: tensor '%s' takes %d bytes, its shape and type need %d; download it again."
              .formatted(file, name, end - begin, elements * type.bytes()));
    }
    return new StoredTensor(normalise(name), file, type, shape, dataStart + begin, end - begin);
  }

  /**
   * Three spellings are in use: hub originals ({@code vision_tower.vision_model.}, {@code
   * language_model.model.}), state dicts of transformers 4.52 and later ({@code model.} before
   * both), and what transformers 5 saves.
   */
  static String normalise(String name) {
    String plain = name.startsWith("model.") ? name.substring("model.".length()) : name;
    return plain
        .replace("vision_tower.vision_model.", "vision_tower.")
        .replace("language_model.model.", "language_model.")
        .replace("language_model.lm_head.", "lm_head.");
  }

  Path file() {
    return file;
  }

  long size() {
    return size;
  }

  byte[] header() {
    return header;
  }
}
