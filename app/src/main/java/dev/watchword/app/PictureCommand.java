package dev.watchword.app;

import dev.watchword.inference.InferenceConfig;
import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.EmbeddedCheckpoint;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.Precision;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.paligemma.Task;
import dev.watchword.paligemma.TaskPrompt;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.EngineModel;
import dev.watchword.paligemma.engine.LocalOptions;
import dev.watchword.paligemma.engine.OnnxRuntimeEngine;
import dev.watchword.service.config.ConfigFile;
import io.prometheus.client.CollectorRegistry;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import javax.imageio.ImageIO;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that asks a model about one picture, without Kafka. */
abstract class PictureCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "IMAGE", description = "A JPEG or PNG file.")
  private Path image;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "A PaliGemma checkpoint directory. Default: the embedded one, which only detects, and in drawn scenes only.")
  private Path model;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "A LoRA adapter of the checkpoint, merged when it is loaded.")
  private Path adapter;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      defaultValue = "float32",
      description = "float32 or int8, which is quicker and less exact. Default: ${DEFAULT-VALUE}.")
  private String precision;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Take the model from this configuration file instead, such as one behind an endpoint.")
  private Path config;

  /** What the model is asked; may refuse what the person wrote. */
  abstract TaskPrompt prompt();

  ModelOptions options() {
    ModelOptions options = ModelOptions.defaults().withPrecision(Precision.parse(precision));
    return adapter == null ? options : options.withAdapter(adapter);
  }

  /** Prints what the model said. */
  abstract void print(BufferedImage picture, TaskPrompt prompt, Said said) throws IOException;

  /**
   * What the model said.
   *
   * @param drawsMasks whether segments come with masks
   */
  record Said(Generation generation, boolean drawsMasks) {}

  @Override
  public final Integer call() throws Exception {
    TaskPrompt prompt = sentence(this::prompt);
    ModelOptions options = sentence(this::options);
    BufferedImage picture = read(image);
    print(picture, prompt, ask(picture, prompt, options));
    return 0;
  }

  private Said ask(BufferedImage picture, TaskPrompt prompt, ModelOptions options)
      throws IOException, CheckpointException, InterruptedException {
    try (EngineModel loaded = load(prompt, options)) {
      List<Request> requests = List.of(new Request(RgbImage.of(picture), prompt));
      return switch (answers(loaded, requests).getFirst()) {
        case Answer.Given given ->
            new Said(
                given.generation(),
                Boolean.parseBoolean(loaded.properties().get(EngineModel.DRAWS_MASKS)));
        case Answer.Failed failed -> throw new CommandFailure(failed.failure());
      };
    }
  }

  private static List<Answer> answers(EngineModel model, List<Request> requests)
      throws InterruptedException {
    try {
      return model.generate(requests);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(e.getMessage(), e);
    }
  }

  private EngineModel load(TaskPrompt prompt, ModelOptions options)
      throws IOException, CheckpointException {
    if (config != null) {
      return configured(prompt);
    }
    if (model == null) {
      requireDetect(prompt);
    }
    return EngineModel.load(
        OnnxRuntimeEngine.NAME,
        model != null ? model : EmbeddedCheckpoint.extractTo(Caches.checkpoint()),
        LocalOptions.of(options));
  }

  private EngineModel configured(TaskPrompt prompt) throws IOException, CheckpointException {
    if (model != null || adapter != null) {
      throw new CommandFailure(
          "--config brings its own model; leave out --model and --adapter, or --config");
    }
    InferenceConfig inference =
        WatchwordConfig.from(ConfigFile.read(config), new CollectorRegistry()).inference();
    if (inference.remote().isEmpty() && inference.modelPath().isEmpty()) {
      requireDetect(prompt);
    }
    return inference.load(
        inference.modelPath().isPresent()
            ? inference.modelPath().get()
            : EmbeddedCheckpoint.extractTo(Caches.checkpoint()));
  }

  private static void requireDetect(TaskPrompt prompt) {
    if (prompt.task() != Task.DETECT) {
      throw new CommandFailure(
          "the embedded model only detects; name a PaliGemma checkpoint directory with --model");
    }
  }

  Path image() {
    return image;
  }

  /** Turns what a library says about a value of the person's into this command's failure. */
  private static <T> T sentence(Supplier<T> work) {
    try {
      return work.get();
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(e.getMessage(), e);
    }
  }

  private static BufferedImage read(Path image) {
    if (!Files.isRegularFile(image)) {
      throw new CommandFailure("there is no picture " + image);
    }
    try {
      BufferedImage picture = ImageIO.read(image.toFile());
      if (picture != null) {
        return picture;
      }
    } catch (IOException e) {
      throw new CommandFailure(image + " is damaged: " + e.getMessage(), e);
    }
    throw new CommandFailure(image + " is not a JPEG or PNG picture");
  }
}
