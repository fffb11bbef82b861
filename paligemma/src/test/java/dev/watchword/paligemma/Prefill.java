package dev.watchword.paligemma;

import dev.watchword.paligemma.OnnxBackend.Features;
import dev.watchword.paligemma.Scratch.Use;
import dev.watchword.paligemma.graph.Checkpoint;
import dev.watchword.paligemma.graph.ModelConfig;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/** One row without neighbours through vision tower, decoder and full head. */
final class Prefill {
  private final Scratch scratch = new Scratch();

  /** The logits of the first token of an answer. */
  float[] logits(OnnxBackend backend, Checkpoint checkpoint, RgbImage picture, int[] prompt)
      throws CheckpointException {
    Preprocessor preprocessor = Preprocessor.of(checkpoint);
    FloatBuffer pixels = scratch.floats(Use.PIXELS, preprocessor.floats());
    preprocessor.write(picture, pixels, 0);
    CompiledPrompt compiled = new CompiledPrompt(prompt, Optional.empty(), new float[0][]);
    Row row =
        new Row(
            new Row.Question(0, compiled, false, false, List.of()),
            new TokenChooser(EmbeddedTokenizer.vocabulary(), 1),
            1,
            false,
            0);
    ModelConfig.Text text = checkpoint.config().text();
    row.start(
        new HostSlot(0, 2 * text.layers(), text.keyValueHeads(), text.headSize()),
        checkpoint.config().vision().tokens());
    Step step = new StepLayout(checkpoint.config()).prefill(List.of(row), scratch);
    try (Features features = backend.encode(pixels, 1, preprocessor.size())) {
      backend.forward(Optional.of(features), step);
      FloatBuffer logits = scratch.floats(Use.ALL_LOGITS, backend.vocabulary());
      backend.fullHead(step.hidden(), 1, logits);
      float[] first = new float[backend.vocabulary()];
      logits.get(0, first);
      return first;
    }
  }
}
