package dev.watchword.paligemma.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.watchword.paligemma.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads the header of one safetensors file: an unsigned 64-bit little-endian header length, a JSON
 * object of {@code name: {dtype, shape, data_offsets}}, then the raw data.
 */
final class SafeTensors {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final long LARGEST_HEADER = 100_000_000;
  private static final int SAMPLES = 64;
  private static final int SAMPLE_BYTES = 4096;

  private final Path shard;
  private final Path file;
  private final long size;
  private final long dataStart;
  private final byte[] header;

  private SafeTensors(Path shard, Path file, long size, byte[] header) {
    this.shard = shard;
    this.file = file;
    this.size = size;
    this.header = header;
    this.dataStart = 8L + header.length;
  }

  static SafeTensors open(Path shard) throws CheckpointException {
    try {
      Path file = shard.toRealPath();
      try (FileChannel channel = FileChannel.open(file)) {
        return new SafeTensors(shard, file, channel.size(), readHeader(channel, shard));
      }
    } catch (NoSuchFileException e) {
      throw new CheckpointException(shard + " leads to no file: download it again.", e);
    } catch (IOException e) {
      throw new CheckpointException("Cannot read " + shard + ": " + e, e);
    }
  }

  private static byte[] readHeader(FileChannel channel, Path shard)
      throws IOException, CheckpointException {
    ByteBuffer start = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    readFully(channel, start, 0);
    start.flip();
    ForeignFile.refuse(shard, start);
    long length = start.remaining() < 8 ? Long.MAX_VALUE : start.getLong(0);
    if (start.remaining() > 8 && (length < 2 || length > LARGEST_HEADER || start.get(8) != '{')) {
      throw new CheckpointException(
          "%s is not a safetensors file: it does not start with the length of a header; download it again."
              .formatted(shard));
    }
    if (8 + length > channel.size() || length > LARGEST_HEADER) {
      throw new CheckpointException(
          "%s is cut short inside its header (%d bytes): download it again."
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

  /** The tensors, under their names in this file's own spelling. */
  List<StoredTensor> tensors() throws CheckpointException {
    List<StoredTensor> tensors = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : parse().properties()) {
      if (!field.getKey().equals("__metadata__")) {
        tensors.add(tensor(field.getKey(), field.getValue()));
      }
    }
    return tensors;
  }

  private JsonNode parse() throws CheckpointException {
    try {
      return JSON.readTree(header);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          "%s has a damaged header (%s): download it again."
              .formatted(shard, e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new CheckpointException("Cannot read " + shard + ": " + e, e);
    }
  }

  private StoredTensor tensor(String name, JsonNode entry) throws CheckpointException {
    String stored = entry.path("dtype").asText();
    ElementType type =
        switch (stored) {
          case "F32" -> ElementType.FLOAT32;
          case "F16" -> ElementType.FLOAT16;
          case "BF16" -> ElementType.BFLOAT16;
          // Buffers such as position ids are no weights; only a use of one is an error.
          default -> ElementType.INT64;
        };
    JsonNode dimensions = entry.path("shape");
    long[] shape = new long[dimensions.size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = dimensions.get(i).asLong(-1);
    }
    long begin = entry.path("data_offsets").path(0).asLong(-1);
    long end = entry.path("data_offsets").path(1).asLong(-1);
    if (begin < 0 || end < begin || end > Long.MAX_VALUE - dataStart) {
      throw new CheckpointException(
          "%s is damaged: tensor '%s' has no valid data_offsets; download it again."
              .formatted(shard, name));
    }
    if (dataStart + end > size) {
      throw new CheckpointException(
          "%s is cut short: tensor '%s' ends at byte %d but the file has %d bytes; download it again."
              .formatted(shard, name, dataStart + end, size));
    }
    if (type != ElementType.INT64 && end - begin != bytes(shape, type)) {
      throw new CheckpointException(
          "%s is damaged: tensor '%s' takes %d bytes, which is not what its shape and type need; download it again."
              .formatted(shard, name, end - begin));
    }
    return new StoredTensor(name, file, shard, stored, type, shape, dataStart + begin, end - begin);
  }

  /** How many bytes such a tensor takes, or -1 when no file could hold it. */
  private static long bytes(long[] shape, ElementType type) {
    long bytes = type.bytes();
    for (long dimension : shape) {
      if (dimension < 0 || (dimension > 0 && bytes > Long.MAX_VALUE / dimension)) {
        return -1;
      }
      bytes *= dimension;
    }
    return bytes;
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

  /**
   * Adds what tells this file from another: its header and, because headers say nothing about
   * values, a few blocks of its data.
   */
  void fingerprint(MessageDigest digest) throws IOException {
    digest.update(header);
    ByteBuffer block = ByteBuffer.allocate(SAMPLE_BYTES);
    try (FileChannel channel = FileChannel.open(file)) {
      for (int i = 0; i < SAMPLES; i++) {
        block.clear();
        channel.read(block, (size - 1) / SAMPLES * i);
        digest.update(block.flip());
      }
    }
  }
}
