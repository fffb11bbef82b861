package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.watchword.paligemma.graph.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An adapter that cannot be merged is refused with one sentence; other spellings are taken. */
class AdapterTest {
  private static final Path BASE = Golden.directory("variants/v1-3b-224-f32");
  private static final String Q = "base_model.model.model.language_model.layers.0.self_attn.q_proj";

  @TempDir Path adapter;

  @BeforeEach
  void unpack() throws IOException {
    for (String file : new String[] {"adapter_config.json", "adapter_model.safetensors"}) {
      Files.write(adapter.resolve(file), Golden.bytes("adapters/everywhere/" + file));
    }
  }

  private String refusal() {
    CheckpointException refused =
        catchThrowableOfType(
            CheckpointException.class, () -> Checkpoint.open(BASE).withAdapter(adapter));
    assertThat(refused).isNotNull();
    assertThat(refused.getMessage()).doesNotContain("\n").endsWith(".");
    return refused.getMessage();
  }

  private void configure(String from, String to) throws IOException {
    Path file = adapter.resolve("adapter_config.json");
    String before = Files.readString(file);
    assertThat(before).contains(from);
    Files.writeString(file, before.replace(from, to));
  }

  private void rewrite(UnaryOperator<Weights> change) throws IOException {
    Path file = adapter.resolve("adapter_model.safetensors");
    change.apply(Weights.read(Files.readAllBytes(file))).write(file);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"peft_type\": \"LORA\"|\"peft_type\": \"IA3\"|peft_type 'IA3'",
        "\"bias\": \"none\"|\"bias\": \"all\"|bias 'all'",
        "\"use_dora\": false|\"use_dora\": true|use_dora",
        "\"init_lora_weights\": true|\"init_lora_weights\": \"pissa\"|init_lora_weights 'pissa'",
        "\"trainable_token_indices\": null|\"trainable_token_indices\": [7]|trainable_token_indices"
      })
  void otherKindsOfAdapter(String from, String to, String what) throws IOException {
    configure(from, to);
    assertThat(refusal()).contains("adapter_config.json").contains(what);
  }

  @Test
  void patternThatIsNoExpression() throws IOException {
    configure("\"q_proj\": 2", "\"q_proj(\": 2");
    assertThat(refusal()).contains("rank_pattern 'q_proj('").contains("not a regular expression");
  }

  @Test
  void missingFiles() throws IOException {
    Files.delete(adapter.resolve("adapter_model.safetensors"));
    assertThat(refusal()).contains("adapter_model.safetensors is missing");
    Files.delete(adapter.resolve("adapter_config.json"));
    assertThat(refusal()).contains("has no adapter_config.json");
  }

  @Test
  void adapterInThePlaceOfTheModel() {
    assertThat(
            catchThrowableOfType(CheckpointException.class, () -> Checkpoint.open(adapter))
                .getMessage())
        .contains("is an adapter without its model");
  }

  @Test
  void layerThatTheModelLacks() throws IOException {
    rewrite(
        weights ->
            weights.renamed(name -> name.replace("encoder.layers.1.", "encoder.layers.41.")));
    assertThat(refusal()).contains("layers.41.").contains("does not have");
  }

  @Test
  void shapesThatDoNotFit() throws IOException {
    rewrite(
        weights -> {
          float[] up = new float[2 * 100];
          Weights.Tensor tall = new Weights.Tensor("F32", new long[] {100, 2}, up);
          weights.tensors().put(Q + ".lora_B.weight", tall);
          return weights;
        });
    assertThat(refusal())
        .contains("'language_model.layers.0.self_attn.q_proj.weight'")
        .contains("[100, 2]")
        .contains("[128, 32]");
  }

  @Test
  void rankOfAnotherConfiguration() throws IOException {
    configure("\"q_proj\": 2", "\"q_proj\": 3");
    assertThat(refusal()).contains("gives rank 3");
  }

  @Test
  void halfAnUpdate() throws IOException {
    rewrite(weights -> weights.only(name -> !name.equals(Q + ".lora_B.weight")));
    assertThat(refusal()).contains("does not hold both").contains("q_proj.lora_A.weight");
  }

  @Test
  void adaptedEmbeddingAndHead() throws IOException {
    rewrite(
        weights -> weights.renamed(name -> name.replace(Q + ".lora_A", Q + ".lora_embedding_A")));
    assertThat(refusal()).contains("lora_embedding_A").contains("merge_and_unload");
    unpack();
    rewrite(weights -> weights.renamed(name -> name.replace(Q, "base_model.model.lm_head")));
    configure("\"q_proj\": 2", "\"lm_head\": 2, \"q_proj\": 2");
    assertThat(refusal()).contains("'lm_head.weight'").contains("merge_and_unload");
  }

  @ParameterizedTest
  @CsvSource({
    ".lora_A.,.lora_A.default.",
    "model.model.language_model.,model.language_model.model.",
    "base_model.model.,''"
  })
  void namesInAnySpellingMeanTheSame(String from, String to, @TempDir Path base) throws Exception {
    // Patterns speak of names as the adapter spells them.
    configure("language_model\\\\.layers", "layers");
    configure("^model\\\\.vision_tower", "vision_tower");
    rewrite(weights -> weights.renamed(name -> name.replace(from, to)));
    for (String file : new String[] {"config.json", "model.safetensors"}) {
      Files.copy(BASE.resolve(file), base.resolve(file));
    }
    Files.write(base.resolve("tokenizer.json"), Golden.bytes("variants/tokenizer.json"));
    JsonNode golden =
        new ObjectMapper()
            .readTree(Golden.bytes("adapters/everywhere/golden.json"))
            .at("/answers/0");
    Request request =
        new Request(
            RgbImage.decode(Golden.bytes(golden.get("picture").asText())),
            new TextPrompt(golden.get("prompt").asText()));
    ModelOptions options = ModelOptions.defaults().withThreads(1).withMaxNewTokens(8);
    List<Integer> tokens = Arrays.stream(Golden.ints(golden.get("tokens"))).boxed().toList();
    try (PaliGemma plain = PaliGemma.load(base, options);
        PaliGemma adapted = PaliGemma.load(base, options.withAdapter(adapter))) {
      assertThat(adapted.generate(List.of(request)).getFirst().tokenIds()).isEqualTo(tokens);
      assertThat(plain.generate(List.of(request)).getFirst().tokenIds()).isNotEqualTo(tokens);
      assertThat(adapted.id().revision()).isNotEqualTo(plain.id().revision());
    }
  }
}
