package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.watchword.paligemma.Answer.Question;
import dev.watchword.paligemma.OnnxBackend.Features;
import dev.watchword.paligemma.Scratch.Use;
import dev.watchword.paligemma.graph.Checkpoint;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logits of random checkpoints against those of transformers. */
class PrefillTest {
  private final Scratch scratch = new Scratch();

  @ParameterizedTest
  @ValueSource(strings = {TinyCheckpoint.GEMMA_1, TinyCheckpoint.GEMMA_2})
  void logitsAreThoseOfTransformers(String kind, @TempDir Path directory) throws Exception {
    TinyCheckpoint tiny = TinyCheckpoint.unpack(kind, directory);
    Checkpoint checkpoint = Checkpoint.open(directory);
    Vocabulary vocabulary = Vocabulary.read(tiny.file("tokenizer.json"));
    try (OnnxBackend backend = OnnxBackend.load(checkpoint, vocabulary, 64, 1, true);
        PromptTokenizer tokenizer = PromptTokenizer.open(tiny.file("tokenizer.json"))) {
      for (JsonNode golden : tiny.cases()) {
        int[] prompt = tokenizer.encode("<bos>" + golden.get("prompt").asText() + "\n");
        float[] logits = prefill(backend, checkpoint, golden, prompt);
        JsonNode expected = golden.get("logits");
        assertThat(logits).hasSize(expected.size());
        for (int i = 0; i < logits.length; i++) {
          assertThat(Math.abs(logits[i] - expected.get(i).floatValue())).isLessThan(1e-3f);
        }
      }
    }
  }

  private float[] prefill(OnnxBackend backend, Checkpoint checkpoint, JsonNode golden, int[] prompt)
      throws Exception {
    Preprocessor preprocessor = Preprocessor.of(checkpoint);
    FloatBuffer pixels = scratch.floats(Use.PIXELS, preprocessor.floats());
    preprocessor.write(Golden.scene(golden), pixels, 0);
    CompiledPrompt compiled = new CompiledPrompt(prompt, Optional.empty(), new float[0][]);
    Answer answer =
        new Answer(
            new Question(0, compiled, false, false, List.of()),
            new TokenChooser(EmbeddedTokenizer.vocabulary(), 1),
            1,
            false);
    answer.start(new Slot(6, checkpoint.config().text().keyValueHeads(), 16), 16);
    Step step = new StepLayout(checkpoint.config()).prefill(List.of(answer), scratch);
    try (Features features = backend.encode(pixels, 1, preprocessor.size())) {
      backend.forward(Optional.of(features), step);
      FloatBuffer logits = scratch.floats(Use.ALL_LOGITS, backend.vocabulary());
      backend.fullHead(step.hidden(), 1, logits);
      float[] row = new float[backend.vocabulary()];
      logits.get(0, row);
      return row;
    }
  }
}
