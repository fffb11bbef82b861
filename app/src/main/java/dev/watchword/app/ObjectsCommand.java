package dev.watchword.app;

import dev.watchword.paligemma.TaskPrompt;
import dev.watchword.service.pictures.AnnotatedPicture;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import picocli.CommandLine.Option;

/** A command that finds objects: JSON to the output, an annotated copy of the picture to a file. */
abstract class ObjectsCommand extends PictureCommand {
  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The annotated picture. Default: NAME-detected.png in the working directory.")
  private Path out;

  @Option(names = "--raw", description = "Print the model's own text instead of JSON.")
  private boolean raw;

  @Override
  void print(BufferedImage picture, TaskPrompt prompt, Said said) throws IOException {
    if (raw) {
      System.out.println(said.generation().text());
    } else {
      System.out.println(
          new DetectionsJson()
              .document(
                  image().toString(),
                  picture.getWidth(),
                  picture.getHeight(),
                  prompt.text(),
                  said.generation()));
    }
    Path target = out != null ? out : Path.of(stem(image()) + "-detected.png");
    write(AnnotatedPicture.draw(picture, Marks.of(said.generation().detections())), target);
    System.err.println("annotated picture: " + target);
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
