package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint that cannot be used is refused with one sentence that names what is wrong. */
class CheckpointExceptionTest {
  @TempDir Path directory;
  private TinyCheckpoint tiny;

  @BeforeEach
  void unpack() throws IOException {
    tiny = TinyCheckpoint.unpack(TinyCheckpoint.GEMMA_1, directory);
  }

  private static String refusal(Path directory) {
    CheckpointException refused =
        catchThrowableOfType(
            CheckpointException.class,
            () -> PaliGemma.load(directory, ModelOptions.defaults()).close());
    assertThat(refused).isNotNull();
    assertThat(refused.getMessage()).doesNotContain("\n");
    return refused.getMessage();
  }

  @Test
  void missingDirectory() {
    assertThat(refusal(directory.resolve("nowhere"))).contains("nowhere does not exist");
  }

  @Test
  void missingConfig() throws IOException {
    Files.delete(tiny.file("config.json"));
    assertThat(refusal(directory)).contains("config.json is missing");
  }

  @Test
  void brokenConfig() throws IOException {
    Files.writeString(tiny.file("config.json"), "{\"model_type\":");
    assertThat(refusal(directory)).contains("config.json is not valid JSON");
  }

  @Test
  void otherArchitecture() throws IOException {
    Files.writeString(tiny.file("config.json"), "{\"model_type\":\"llama\"}");
    assertThat(refusal(directory)).contains("model_type 'llama'").contains("paligemma");
  }

  @Test
  void missingTokenizer() throws IOException {
    Files.delete(tiny.file("tokenizer.json"));
    assertThat(refusal(directory)).contains("tokenizer.json is missing");
  }

  @Test
  void brokenTokenizer() throws IOException {
    Files.writeString(tiny.file("tokenizer.json"), "{}");
    assertThat(refusal(directory)).contains("tokenizer.json");
  }

  @Test
  void missingWeights() throws IOException {
    Files.delete(tiny.file("model.safetensors"));
    assertThat(refusal(directory)).contains("no *.safetensors");
  }

  @Test
  void missingShard() throws IOException {
    Files.writeString(
        tiny.file("model.safetensors.index.json"),
        "{\"weight_map\":{\"x\":\"model-00002-of-00002.safetensors\"}}");
    assertThat(refusal(directory)).contains("model-00002-of-00002.safetensors is missing");
  }

  @Test
  void truncatedWeights() throws IOException {
    byte[] whole = Files.readAllBytes(tiny.file("model.safetensors"));
    Files.write(tiny.file("model.safetensors"), Arrays.copyOf(whole, whole.length - 1000));
    assertThat(refusal(directory)).contains("cut short").contains("download it again");
    Files.write(tiny.file("model.safetensors"), Arrays.copyOf(whole, 100));
    assertThat(refusal(directory)).contains("not a whole safetensors file");
  }

  @Test
  void pointerInsteadOfWeights() throws IOException {
    Files.write(
        tiny.file("model.safetensors"),
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
            .getBytes(StandardCharsets.UTF_8));
    assertThat(refusal(directory)).contains("Git LFS pointer");
  }

  @Test
  void missingTensor() throws IOException {
    tiny.weights()
        .only(name -> !name.endsWith("layers.1.mlp.up_proj.weight"))
        .write(tiny.file("model.safetensors"));
    assertThat(refusal(directory))
        .contains("no tensor 'language_model.layers.1.mlp.up_proj.weight'");
  }

  @Test
  void wrongShape() throws IOException {
    String config = Files.readString(tiny.file("config.json"));
    Files.writeString(
        tiny.file("config.json"),
        config.replace("\"intermediate_size\": 64", "\"intermediate_size\": 96"));
    assertThat(refusal(directory))
        .contains("'language_model.layers.0.mlp.gate_proj.weight'")
        .contains("has shape [64, 32]")
        .contains("asks for [96, 32]");
  }

  @Test
  void imageSizesThatDisagree() throws IOException {
    Files.writeString(
        tiny.file("preprocessor_config.json"), "{\"size\":{\"height\":448,\"width\":448}}");
    assertThat(refusal(directory)).contains("448 x 448").contains("image_size 56");
  }

  @Test
  void tokenizerLargerThanTheTable() throws IOException {
    Weights weights = tiny.weights();
    weights
        .tensors()
        .replaceAll(
            (name, tensor) ->
                name.endsWith("embed_tokens.weight")
                    ? new Weights.Tensor("F32", new long[] {100, 32}, new float[3200])
                    : tensor);
    weights.write(tiny.file("model.safetensors"));
    assertThat(refusal(directory)).contains("1921 tokens").contains("100 rows");
  }

  @Test
  void endTokenOutsideTheVocabulary() throws IOException {
    Files.writeString(tiny.file("generation_config.json"), "{\"eos_token_id\":[1,99999]}");
    assertThat(refusal(directory)).contains("eos_token_id 99999");
  }
}
