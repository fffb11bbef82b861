package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.watchword.paligemma.Scratch.Use;
import dev.watchword.paligemma.graph.Checkpoint;
import dev.watchword.paligemma.graph.VisionGraph;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A random checkpoint in the shape of each member of the family, and adapters of two of them,
 * against what transformers and PEFT make of them; see tools/golden.
 */
class ParityTest {
  private static final float ONE_LEVEL = 2f / 255;
  private static final float CLOSE = 1e-3f;
  private static final ModelOptions OPTIONS =
      ModelOptions.defaults().withThreads(1).withMaxNewTokens(8);

  private final Scratch scratch = new Scratch();
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v1-3b-224-f32",
        "v1-3b-448-f16",
        "v1-3b-896-bf16",
        "v2-3b-224-bf16-sharded",
        "v2-3b-896-f32",
        "v2-10b-448-bf16",
        "v2-28b-224-f16"
      })
  void saysWhatTransformersSays(String variant) throws Exception {
    unpack(variant);
    Expected expected = Expected.read("variants/" + variant);
    Checkpoint checkpoint = Checkpoint.open(directory);
    checkPixelsAndFeatures(checkpoint, expected);
    checkLogits(checkpoint, expected.answers, expected.logits);
    checkTokens(OPTIONS, expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"v2-3b-224-bf16-sharded", "v2-10b-448-bf16", "v2-28b-224-f16"})
  void leavesOutSoftCapAsTransformersDoesByDefault(String variant) throws Exception {
    unpack(variant);
    Expected expected = Expected.read("variants/" + variant);
    float[] logits = Golden.floats("variants/" + variant + "/no-softcap.f32");
    assertThat(distance(logits, Arrays.copyOf(expected.logits, logits.length)))
        .isGreaterThan(5 * CLOSE);
    checkLogits(
        Checkpoint.open(directory).withoutAttentionSoftcap(),
        expected.answers.subList(0, 1),
        logits);
  }

  @ParameterizedTest
  @ValueSource(strings = {"everywhere", "rank-stabilised"})
  void mergesAdapterAsPeftDoes(String name) throws Exception {
    Path adapter = Golden.directory("adapters/" + name);
    unpack(json(adapter.resolve("adapter_config.json")).get("base_model_name_or_path").asText());
    Expected expected = Expected.read("adapters/" + name);
    for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
      Files.copy(adapter.resolve(file), directory.resolve(file));
    }
    checkPixelsAndFeatures(Checkpoint.open(directory).withAdapter(directory), expected);
    checkLogits(Checkpoint.open(directory).withAdapter(adapter), expected.answers, expected.logits);
    checkTokens(OPTIONS.withAdapter(adapter), expected);
  }

  private void unpack(String variant) throws IOException {
    try (var files = Files.newDirectoryStream(Golden.directory("variants/" + variant))) {
      for (Path file : files) {
        Files.copy(file, directory.resolve(file.getFileName().toString()));
      }
    }
    Files.write(directory.resolve("tokenizer.json"), Golden.bytes("variants/tokenizer.json"));
  }

  private void checkPixelsAndFeatures(Checkpoint checkpoint, Expected expected) throws Exception {
    Preprocessor preprocessor = Preprocessor.of(checkpoint);
    int size = preprocessor.size();
    FloatBuffer pixels = pixels(preprocessor, expected.answers.getFirst());
    float[] actual = new float[pixels.remaining()];
    pixels.get(0, actual);
    assertThat(distance(Expected.sample(actual), expected.pixels)).isLessThan(ONE_LEVEL);
    try (GraphRun vision = new GraphRun(VisionGraph.of(checkpoint, Optional.empty()), null)) {
      float[] features = vision.run("pixel_values", pixels, 1, 3, size, size);
      assertThat(distance(Expected.sample(features), expected.features)).isLessThan(CLOSE);
    }
  }

  private void checkTokens(ModelOptions options, Expected expected) throws CheckpointException {
    try (PaliGemma model = PaliGemma.load(directory, options)) {
      for (JsonNode answer : expected.answers) {
        TextPrompt prompt = new TextPrompt(answer.get("prompt").asText());
        Request request = new Request(picture(answer), prompt);
        assertThat(model.generate(List.of(request)).getFirst().tokenIds())
            .as("%s", prompt)
            .isEqualTo(Arrays.stream(Golden.ints(answer.get("tokens"))).boxed().toList());
      }
    }
  }

  private void checkLogits(Checkpoint checkpoint, List<JsonNode> answers, float[] expected)
      throws Exception {
    int positions = checkpoint.config().vision().tokens() + 64;
    Vocabulary vocabulary = Vocabulary.read(directory.resolve("tokenizer.json"));
    try (OnnxBackend backend = OnnxBackend.load(checkpoint, vocabulary, positions, OPTIONS);
        PromptTokenizer tokenizer = PromptTokenizer.open(directory.resolve("tokenizer.json"))) {
      for (int i = 0; i < answers.size(); i++) {
        int[] prompt = tokenizer.encode("<bos>" + answers.get(i).get("prompt").asText() + "\n");
        float[] logits = new Prefill().logits(backend, checkpoint, picture(answers.get(i)), prompt);
        int from = i * logits.length;
        assertThat(distance(logits, Arrays.copyOfRange(expected, from, from + logits.length)))
            .isLessThan(CLOSE);
      }
    }
  }

  private FloatBuffer pixels(Preprocessor preprocessor, JsonNode answer) throws IOException {
    FloatBuffer pixels = scratch.floats(Use.PIXELS, preprocessor.floats());
    preprocessor.write(picture(answer), pixels, 0);
    return pixels;
  }

  private static RgbImage picture(JsonNode answer) {
    try {
      return RgbImage.decode(Golden.bytes(answer.get("picture").asText()));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static float distance(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    float largest = 0;
    for (int i = 0; i < actual.length; i++) {
      largest = Math.max(largest, Math.abs(actual[i] - expected[i]));
    }
    return largest;
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  /**
   * @param pixels every n-th value of the first picture's pixels
   * @param features every n-th value of that picture's features
   * @param logits those of the first token of each answer
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Expected(
      float[] pixels, float[] features, float[] logits, List<JsonNode> answers) {
    private static final int SAMPLES = 2048;

    private static Expected read(String name) throws IOException {
      JsonNode golden = json(Golden.directory(name).resolve("golden.json"));
      float[] floats = Golden.floats(name + "/golden.f32");
      int pixels = golden.get("pixels").asInt();
      int features = pixels + golden.get("features").asInt();
      List<JsonNode> answers = new ArrayList<>();
      golden.get("answers").forEach(answers::add);
      return new Expected(
          Arrays.copyOf(floats, pixels),
          Arrays.copyOfRange(floats, pixels, features),
          Arrays.copyOfRange(floats, features, floats.length),
          answers);
    }

    /** Every n-th value, as tools/golden takes them. */
    private static float[] sample(float[] values) {
      int step = Math.max(1, values.length / SAMPLES) | 1;
      float[] sample = new float[(values.length + step - 1) / step];
      for (int i = 0; i < sample.length; i++) {
        sample[i] = values[i * step];
      }
      return sample;
    }
  }
}
