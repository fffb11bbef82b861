package dev.watchword.app;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.EmbeddedCheckpoint;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.paligemma.Task;
import dev.watchword.paligemma.TaskPrompt;
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

  /** What the model is asked; may refuse what the person wrote. */
  abstract TaskPrompt prompt();

  ModelOptions options() {
    return ModelOptions.defaults();
  }

  /** Prints what the model said. */
  abstract void print(BufferedImage picture, TaskPrompt prompt, Answer answer) throws IOException;

  /**
   * @param drawsMasks whether segments come with masks
   */
  record Answer(Generation generation, boolean drawsMasks) {}

  @Override
  public final Integer call() throws Exception {
    TaskPrompt prompt = sentence(this::prompt);
    ModelOptions options = sentence(this::options);
    BufferedImage picture = read(image);
    if (model == null && prompt.task() != Task.DETECT) {
      throw new CommandFailure(
          "the embedded model only detects; name a PaliGemma checkpoint directory with --model");
    }
    print(picture, prompt, ask(picture, prompt, options));
    return 0;
  }

  private Answer ask(BufferedImage picture, TaskPrompt prompt, ModelOptions options)
      throws IOException, CheckpointException {
    Path checkpoint = model != null ? model : EmbeddedCheckpoint.extractTo(Caches.checkpoint());
    try (PaliGemma paligemma = PaliGemma.load(checkpoint, options)) {
      List<Request> requests = List.of(new Request(RgbImage.of(picture), prompt));
      List<Generation> generations = sentence(() -> paligemma.generate(requests));
      return new Answer(generations.getFirst(), paligemma.drawsMasks());
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
