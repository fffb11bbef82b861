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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    Files.delete(tiny.file("model.safetensors"));
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
    assertThat(refusal(directory)).contains("cut short inside its header");
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

  @Test
  void emptyWeights() throws IOException {
    Files.write(tiny.file("model.safetensors"), new byte[0]);
    assertThat(refusal(directory)).contains("model.safetensors is empty");
  }

  @Test
  void headerOfAbsurdLength() throws IOException {
    byte[] whole = Files.readAllBytes(tiny.file("model.safetensors"));
    Arrays.fill(whole, 0, 8, (byte) 0x7F);
    Files.write(tiny.file("model.safetensors"), whole);
    assertThat(refusal(directory)).contains("is not a safetensors file");
  }

  @Test
  void damagedHeader() throws IOException {
    byte[] whole = Files.readAllBytes(tiny.file("model.safetensors"));
    whole[9] = '{';
    Files.write(tiny.file("model.safetensors"), whole);
    assertThat(refusal(directory)).contains("damaged header").contains("download it again");
  }

  @ParameterizedTest
  @CsvSource({"GGUF....,GGUF", "PK..,PyTorch", "<!DOCTYPE html>,web page"})
  void foreignFileUnderTheNameOfWeights(String start, String kind) throws IOException {
    Files.writeString(tiny.file("model.safetensors"), start.repeat(20));
    assertThat(refusal(directory)).contains(kind).contains("download the file itself");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pytorch_model.bin", "model.gguf", "model.onnx", "pt_224.npz"})
  void weightsInOtherFormats(String name) throws IOException {
    Files.move(tiny.file("model.safetensors"), tiny.file(name));
    assertThat(refusal(directory)).contains(name).contains("no *.safetensors");
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "tokenizer.json"})
  void pointerInsteadOfText(String name) throws IOException {
    Files.writeString(
        tiny.file(name), "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
    assertThat(refusal(directory)).contains(name + " is a Git LFS pointer");
  }

  @Test
  void sentencePieceModelWithoutTokenizer() throws IOException {
    Files.move(tiny.file("tokenizer.json"), tiny.file("tokenizer.model"));
    assertThat(refusal(directory)).contains("tokenizer.json is missing").contains("AutoTokenizer");
  }

  @Test
  void tokenWithAnImpossibleId() throws IOException {
    Files.writeString(
        tiny.file("tokenizer.json"),
        Files.readString(tiny.file("tokenizer.json")).replace("\"id\": 768,", "\"id\": -768,"));
    assertThat(refusal(directory)).contains("tokenizer.json");
  }

  @Test
  void danglingLinkOfACache() throws IOException {
    Files.delete(tiny.file("model.safetensors"));
    Files.createSymbolicLink(tiny.file("model.safetensors"), Path.of("../../blobs/gone"));
    assertThat(refusal(directory)).contains("model.safetensors").contains("leads to no file");
  }

  @Test
  void quantisedConfig() throws IOException {
    edit(
        "\"model_type\": \"paligemma\"",
        "$0,\"quantization_config\":{\"quant_method\":\"bitsandbytes\"}");
    assertThat(refusal(directory)).contains("config.json").contains("quantised with bitsandbytes");
  }

  @Test
  void quantisedTensors() throws IOException {
    Weights weights = tiny.weights();
    String name = "language_model.layers.0.mlp.up_proj.weight";
    weights
        .tensors()
        .put(name + ".quant_map", new Weights.Tensor("F32", new long[] {1}, new float[1]));
    weights.write(tiny.file("model.safetensors"));
    assertThat(refusal(directory)).contains("quantised weights").contains(name + ".quant_map");
  }

  @Test
  void typeThatIsNoWeight() throws IOException {
    byte[] whole = Files.readAllBytes(tiny.file("model.safetensors"));
    String header = new String(whole, StandardCharsets.ISO_8859_1);
    int at = header.indexOf("\"dtype\":\"F32\"", header.indexOf("layers.0.mlp.up_proj.weight"));
    whole[at + 9] = 'I';
    Files.write(tiny.file("model.safetensors"), whole);
    assertThat(refusal(directory))
        .contains("'language_model.layers.0.mlp.up_proj.weight'")
        .contains("stored as I32");
  }

  @Test
  void tensorInTwoShards() throws IOException {
    Files.move(tiny.file("model.safetensors"), tiny.file("a.safetensors"));
    Files.copy(tiny.file("a.safetensors"), tiny.file("b.safetensors"));
    assertThat(refusal(directory))
        .contains("stored twice")
        .contains("a.safetensors")
        .contains("b.safetensors");
  }

  @Test
  void shardWithoutWhatTheIndexPromises() throws IOException {
    String name = "language_model.layers.1.mlp.up_proj.weight";
    tiny.weights()
        .only(one -> !one.endsWith("layers.1.mlp.up_proj.weight"))
        .write(tiny.file("a.safetensors"));
    Files.delete(tiny.file("model.safetensors"));
    Files.writeString(
        tiny.file("model.safetensors.index.json"),
        "{\"weight_map\":{\"" + name + "\":\"a.safetensors\"}}");
    assertThat(refusal(directory))
        .contains("a.safetensors has no tensor '" + name + "' of shape [64, 32]");
    Files.writeString(tiny.file("model.safetensors.index.json"), "{}");
    assertThat(refusal(directory)).contains("index.json has no weight_map");
  }

  @Test
  void configOfAnotherImageSize() throws IOException {
    edit("\"image_size\": 56", "\"image_size\": 112");
    assertThat(refusal(directory))
        .contains("has shape [16, 48] but config.json asks for [64, 48]")
        .contains("for image_size 56, not 112");
  }

  @ParameterizedTest
  @CsvSource({
    "\"head_dim\": 16,\"head_dim\": \"x\"",
    "\"num_hidden_layers\": 3,\"num_hidden_layers\": 0"
  })
  void configWithImpossibleNumbers(String from, String to) throws IOException {
    edit(from, to);
    assertThat(refusal(directory)).contains("config.json has").contains("whole number above 0");
  }

  @Test
  void fileInsteadOfDirectory() {
    assertThat(refusal(tiny.file("model.safetensors"))).contains("is a file: give the directory");
  }

  @Test
  void unknownResampling() throws IOException {
    Files.writeString(tiny.file("preprocessor_config.json"), "{\"resample\":0}");
    assertThat(refusal(directory)).contains("resample 0");
  }

  private void edit(String from, String to) throws IOException {
    Path config = tiny.file("config.json");
    String before = Files.readString(config);
    assertThat(before).contains(from);
    Files.writeString(config, before.replace(from, to.replace("$0", from)));
  }
}
