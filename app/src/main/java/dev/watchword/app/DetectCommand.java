package dev.watchword.app;

import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.EmbeddedCheckpoint;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code watchword detect}: one picture, no Kafka. */
@Command(
    name = "detect",
    description = "Prints what a prompt sees in a picture as JSON and writes an annotated copy.",
    mixinStandardHelpOptions = true)
final class DetectCommand implements Callable<Integer> {
  @Parameters(paramLabel = "IMAGE", description = "A JPEG or PNG file.")
  private Path image;

  @Option(
      names = "--prompt",
      required = true,
      paramLabel = "TEXT",
      description = "For example: \"detect person ; car\".")
  private String prompt;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "A PaliGemma checkpoint directory. Default: the embedded one, which knows drawn scenes only.")
  private Path model;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The annotated picture. Default: NAME-detected.png in the working directory.")
  private Path out;

  @Option(names = "--raw", description = "Print the model's own text instead of JSON.")
  private boolean raw;

  @Override
  public Integer call() throws Exception {
    DetectPrompt parsed = parse(prompt);
    BufferedImage picture = read(image);
    Path checkpoint = model != null ? model : EmbeddedCheckpoint.extractTo(Caches.checkpoint());
    Generation generation;
    try (PaliGemma paligemma = PaliGemma.load(checkpoint, ModelOptions.defaults())) {
      generation =
          paligemma.generate(List.of(new Request(RgbImage.of(picture), parsed))).getFirst();
    }
    if (raw) {
      System.out.println(generation.text());
    } else {
      System.out.println(
          new DetectionsJson()
              .document(
                  image.toString(),
                  picture.getWidth(),
                  picture.getHeight(),
                  parsed.text(),
                  generation));
    }
    Path target = out != null ? out : Path.of(stem(image) + "-detected.png");
    write(AnnotatedPicture.draw(picture, generation.detections()), target);
    System.err.println("annotated picture: " + target);
    return 0;
  }

  private static DetectPrompt parse(String prompt) {
    try {
      return DetectPrompt.parse(prompt);
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

  private static String stem(Path image) {
    String name = image.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }

  private static void write(BufferedImage picture, Path target) throws IOException {
    String name = target.getFileName().toString();
    String format = name.endsWith(".jpg") || name.endsWith(".jpeg") ? "jpg" : "png";
    try {
      ImageIO.write(picture, format, target.toFile());
    } catch (IOException e) {
      throw new CommandFailure("cannot write " + target + ": " + e.getMessage(), e);
    }
  }
}
