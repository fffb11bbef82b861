package dev.watchword.paligemma;

import dev.watchword.paligemma.graph.Checkpoint;
import dev.watchword.paligemma.graph.ChoiceGraph;
import dev.watchword.paligemma.graph.ModelConfig;
import dev.watchword.paligemma.graph.PlanGraphs;
import dev.watchword.paligemma.graph.PlanShapes;
import dev.watchword.paligemma.plan.PlanLoader;

/**
 * Makes the runner of a model on one engine.
 *
 * @param engine its name
 */
record Runners(String engine, Opening opening) {
  /** As prompts were in the models' training, more or less: longer ones give no sensible answer. */
  static final int MOST_PROMPT_TOKENS = 512;

  /** Loads a model onto the engine. */
  interface Opening {
    RowRunner open(Checkpoint checkpoint, TokenChooser chooser, ModelOptions options)
        throws CheckpointException;
  }

  static Runners onnxRuntime() {
    return new Runners(OnnxBackend.ENGINE, Runners::onOnnxRuntime);
  }

  static Runners of(PlanShapes shapes, PlanLoader loader) {
    return new Runners(
        loader.engine(),
        (checkpoint, chooser, options) -> {
          PlanGraphs graphs = plans(checkpoint, chooser, options, shapes);
          return new PlanRows(loader.load(graphs), graphs, chooser, checkpoint.vocabularySize());
        });
  }

  private static RowRunner onOnnxRuntime(
      Checkpoint checkpoint, TokenChooser chooser, ModelOptions options)
      throws CheckpointException {
    Precision precision = options.precision();
    if (precision == Precision.BFLOAT16 || precision == Precision.FLOAT16) {
      throw new IllegalArgumentException(
          "the engine %s has no precision %s; it has float32 and int8"
              .formatted(OnnxBackend.ENGINE, precision));
    }
    ModelConfig config = checkpoint.config();
    int image = config.vision().tokens();
    int positions = image + MOST_PROMPT_TOKENS + options.maxNewTokens() + 1;
    OnnxBackend backend = OnnxBackend.load(checkpoint, chooser.vocabulary(), positions, options);
    return new OnnxRows(backend, chooser, config, options.decoding(), MOST_PROMPT_TOKENS);
  }

  static PlanGraphs plans(
      Checkpoint checkpoint, TokenChooser chooser, ModelOptions options, PlanShapes shapes) {
    if (options.maxNewTokens() > shapes.maxNewTokens()) {
      throw new IllegalArgumentException(
          "the plans are made for answers of %d tokens, not %d"
              .formatted(shapes.maxNewTokens(), options.maxNewTokens()));
    }
    Vocabulary vocabulary = chooser.vocabulary();
    ChoiceGraph.Columns columns =
        new ChoiceGraph.Columns(
            vocabulary.firstLocation(),
            Vocabulary.LOCATIONS,
            vocabulary.firstSegment(),
            Vocabulary.SEGMENTS,
            Score.LOCATION_BINS,
            chooser.ends());
    return new PlanGraphs(checkpoint, options.precision().products(), shapes, columns);
  }
}
