package dev.watchword.bench;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * A checkpoint in the exact shape of PaliGemma 1, 3B, 224 px, BF16, as the hub has it, whose
 * weights are zero but for the first ones of each tensor: 5.85 GB long, and next to nothing on
 * disk. Those few are random, because the runtime keeps tensors that are alike only once; so it
 * costs what the real one costs.
 */
final class SparseCheckpoint {
  private static final int IMAGE_TOKENS = 256;
  private static final int VISION = 1152;
  private static final int VISION_INNER = 4304;
  private static final int VISION_LAYERS = 27;
  private static final int HIDDEN = 2048;
  private static final int INNER = 16384;
  private static final int LAYERS = 18;
  private static final int HEAD = 256;
  private static final int VOCABULARY = 257_216;
  private static final long BYTES_OF_BF16 = 2;

  /** Random values at the beginning of each tensor. */
  private static final int RANDOM_VALUES = 512;

  private final List<String> entries = new ArrayList<>();
  private final List<Long> begins = new ArrayList<>();
  private long end;

  private SparseCheckpoint() {}

  /**
   * @param tokenizer the {@code tokenizer.json} of the 257k vocabulary
   * @return how many bytes the weights take as 32-bit floats, without the embedding table, of which
   *     only single rows are ever read
   */
  static long write(Path directory, Path tokenizer) throws IOException {
    SparseCheckpoint checkpoint = new SparseCheckpoint();
    checkpoint.vision();
    checkpoint.language();
    byte[] header =
        checkpoint.entries.stream()
            .collect(Collectors.joining(",", "{", "}"))
            .getBytes(StandardCharsets.UTF_8);
    Path weights = directory.resolve("model.safetensors");
    try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
      ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      file.write(length.putLong(0, header.length).array());
      file.write(header);
      file.setLength(8L + header.length + checkpoint.end);
      checkpoint.scatter(file, 8L + header.length);
    }
    Files.writeString(
        directory.resolve("config.json"),
        """
        {"model_type": "paligemma",
         "text_config": {"model_type": "gemma", "hidden_size": %d, "intermediate_size": %d,
                         "num_attention_heads": 8, "num_key_value_heads": 1, "num_hidden_layers": %d},
         "vision_config": {"hidden_size": %d, "intermediate_size": %d, "num_attention_heads": 16,
                           "num_hidden_layers": %d, "patch_size": 14}}
        """
            .formatted(HIDDEN, INNER, LAYERS, VISION, VISION_INNER, VISION_LAYERS));
    Files.copy(tokenizer, directory.resolve("tokenizer.json"));
    return Float.BYTES * (checkpoint.end / BYTES_OF_BF16 - (long) VOCABULARY * HIDDEN);
  }

  private void scatter(RandomAccessFile file, long origin) throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < begins.size(); i++) {
      long next = i + 1 < begins.size() ? begins.get(i + 1) : end;
      long values = Math.min(RANDOM_VALUES, (next - begins.get(i)) / BYTES_OF_BF16);
      ByteBuffer bytes =
          ByteBuffer.allocate((int) (values * BYTES_OF_BF16)).order(ByteOrder.LITTLE_ENDIAN);
      while (bytes.hasRemaining()) {
        bytes.putShort((short) (Float.floatToIntBits((float) random.nextGaussian(0, 0.02)) >> 16));
      }
      file.seek(origin + begins.get(i));
      file.write(bytes.array());
    }
  }

  private void vision() {
    String tower = "vision_tower.vision_model.";
    tensor(tower + "embeddings.patch_embedding.weight", VISION, 3, 14, 14);
    tensor(tower + "embeddings.patch_embedding.bias", VISION);
    tensor(tower + "embeddings.position_embedding.weight", IMAGE_TOKENS, VISION);
    for (int i = 0; i < VISION_LAYERS; i++) {
      String layer = tower + "encoder.layers." + i + ".";
      for (String projection : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
        biased(layer + "self_attn." + projection, VISION, VISION);
      }
      biased(layer + "mlp.fc1", VISION_INNER, VISION);
      biased(layer + "mlp.fc2", VISION, VISION_INNER);
      biased(layer + "layer_norm1", VISION);
      biased(layer + "layer_norm2", VISION);
    }
    biased(tower + "post_layernorm", VISION);
    biased("multi_modal_projector.linear", HIDDEN, VISION);
  }

  private void language() {
    String model = "language_model.model.";
    tensor(model + "embed_tokens.weight", VOCABULARY, HIDDEN);
    for (int i = 0; i < LAYERS; i++) {
      String layer = model + "layers." + i + ".";
      tensor(layer + "self_attn.q_proj.weight", 8 * HEAD, HIDDEN);
      tensor(layer + "self_attn.k_proj.weight", HEAD, HIDDEN);
      tensor(layer + "self_attn.v_proj.weight", HEAD, HIDDEN);
      tensor(layer + "self_attn.o_proj.weight", HIDDEN, 8 * HEAD);
      tensor(layer + "mlp.gate_proj.weight", INNER, HIDDEN);
      tensor(layer + "mlp.up_proj.weight", INNER, HIDDEN);
      tensor(layer + "mlp.down_proj.weight", HIDDEN, INNER);
      tensor(layer + "input_layernorm.weight", HIDDEN);
      tensor(layer + "post_attention_layernorm.weight", HIDDEN);
    }
    tensor(model + "norm.weight", HIDDEN);
  }

  /** A weight and a bias for each of its rows. */
  private void biased(String name, long... shape) {
    tensor(name + ".weight", shape);
    tensor(name + ".bias", shape[0]);
  }

  private void tensor(String name, long... shape) {
    long begin = end;
    end += BYTES_OF_BF16 * Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    begins.add(begin);
    entries.add(
        "\"%s\":{\"dtype\":\"BF16\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
            .formatted(name, Arrays.toString(shape), begin, end));
  }
}
