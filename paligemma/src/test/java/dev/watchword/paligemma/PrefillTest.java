package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.watchword.paligemma.OnnxBackend.Cache;
import dev.watchword.paligemma.OnnxBackend.Features;
import dev.watchword.paligemma.Scratch.Use;
import dev.watchword.paligemma.graph.Checkpoint;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
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
    try (OnnxBackend backend = OnnxBackend.load(checkpoint, 64, 1);
        PromptTokenizer tokenizer = PromptTokenizer.open(tiny.file("tokenizer.json"))) {
      for (JsonNode golden : tiny.cases()) {
        int[] prompt = tokenizer.encode("<bos>" + golden.get("prompt").asText() + "\n");
        float[] logits = prefill(backend, Preprocessor.of(checkpoint), golden, prompt);
        JsonNode expected = golden.get("logits");
        assertThat(logits).hasSize(expected.size());
        for (int i = 0; i < logits.length; i++) {
          assertThat(Math.abs(logits[i] - expected.get(i).floatValue())).isLessThan(1e-3f);
        }
      }
    }
  }

  private float[] prefill(
      OnnxBackend backend, Preprocessor preprocessor, JsonNode golden, int[] prompt) {
    FloatBuffer pixels = scratch.floats(Use.PIXELS, preprocessor.floats());
    preprocessor.write(Golden.scene(golden), pixels, 0);
    int steps = 16 + prompt.length;
    LongBuffer frame = scratch.longs(Use.FRAMES, 1).put(0, 0);
    LongBuffer tokens = scratch.longs(Use.TOKENS, prompt.length);
    for (int i = 0; i < prompt.length; i++) {
      tokens.put(i, prompt[i]);
    }
    LongBuffer positions = scratch.longs(Use.POSITIONS, steps);
    FloatBuffer bias = scratch.floats(Use.BIAS, steps);
    for (int i = 0; i < steps; i++) {
      positions.put(i, i + 1);
      bias.put(i, 0);
    }
    LongBuffer last = scratch.longs(Use.LAST, 1).put(0, steps - 1);
    FloatBuffer logits = scratch.floats(Use.LOGITS, backend.vocabulary());
    Step step = new Step(1, prompt.length, steps, steps, frame, tokens, positions, bias, last);
    try (Features features = backend.encode(pixels, 1, preprocessor.size());
        Cache cache = backend.prefill(features, step, logits)) {
      assertThat(cache).isNotNull();
      float[] row = new float[backend.vocabulary()];
      logits.get(0, row);
      return row;
    }
  }
}
