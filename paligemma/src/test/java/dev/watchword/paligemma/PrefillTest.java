package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.watchword.paligemma.graph.Checkpoint;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logits of random checkpoints against those of transformers. */
class PrefillTest {
  private final Prefill prefill = new Prefill();

  @ParameterizedTest
  @ValueSource(strings = {TinyCheckpoint.GEMMA_1, TinyCheckpoint.GEMMA_2})
  void logitsAreThoseOfTransformers(String kind, @TempDir Path directory) throws Exception {
    TinyCheckpoint tiny = TinyCheckpoint.unpack(kind, directory);
    Checkpoint checkpoint = Checkpoint.open(directory);
    Vocabulary vocabulary = Vocabulary.read(tiny.file("tokenizer.json"));
    try (OnnxBackend backend =
            OnnxBackend.load(checkpoint, vocabulary, 64, ModelOptions.defaults().withThreads(1));
        PromptTokenizer tokenizer = PromptTokenizer.open(tiny.file("tokenizer.json"))) {
      for (JsonNode golden : tiny.cases()) {
        int[] prompt = tokenizer.encode("<bos>" + golden.get("prompt").asText() + "\n");
        float[] logits = prefill.logits(backend, checkpoint, Golden.scene(golden), prompt);
        JsonNode expected = golden.get("logits");
        assertThat(logits).hasSize(expected.size());
        for (int i = 0; i < logits.length; i++) {
          assertThat(Math.abs(logits[i] - expected.get(i).floatValue())).isLessThan(1e-3f);
        }
      }
    }
  }
}
