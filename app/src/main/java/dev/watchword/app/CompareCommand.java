package dev.watchword.app;

import dev.watchword.app.replay.Comparison;
import dev.watchword.app.replay.FramePictures;
import dev.watchword.app.replay.ReplayAnswers;
import dev.watchword.app.replay.ReplayDriver;
import dev.watchword.app.replay.ReplayView;
import dev.watchword.schemas.Detection;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.Ids;
import dev.watchword.schemas.Replay;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.pictures.AnnotatedPicture;
import dev.watchword.service.pictures.Mark;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code watchword compare}: what two replays of the same video saw differently. */
@Command(
    name = "compare",
    description = "Shows what two replays of the same video saw differently.",
    mixinStandardHelpOptions = true)
final class CompareCommand extends KafkaCommand {
  private static final Color COLOUR_A = new Color(0x4ade80);
  private static final Color COLOUR_B = new Color(0xfb923c);

  @Parameters(index = "0", paramLabel = "REPLAY_A", description = "As 'replay list' prints it.")
  private String idA;

  @Parameters(index = "1", paramLabel = "REPLAY_B", description = "The other one.")
  private String idB;

  @Option(
      names = "--iou",
      paramLabel = "PART",
      defaultValue = "0.5",
      description =
          "Boxes of a label that overlap by so much are the same object. Default: ${DEFAULT-VALUE}.")
  private double iou;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "10",
      description = "How many of the frames that differ most to show. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Option(
      names = "--pictures",
      paramLabel = "DIR",
      description = "Write these frames there, A's boxes green and B's orange.")
  private Path pictures;

  @Override
  void act(KafkaSettings kafka) throws InterruptedException {
    if (!(iou > 0 && iou <= 1)) {
      throw new CommandFailure("--iou must be above 0 and at most 1, not " + iou);
    }
    Replay a = ReplaysCommand.found(kafka, idA);
    Replay b = ReplaysCommand.found(kafka, idB);
    List<FrameDetections> answersA = ReplayAnswers.of(kafka, a);
    List<FrameDetections> answersB = ReplayAnswers.of(kafka, b);
    Comparison comparison = Comparison.of(answersA, answersB, iou);
    System.out.println("A  " + ReplaysCommand.summary(a));
    System.out.println("B  " + ReplaysCommand.summary(b));
    if (comparison.frames().isEmpty()) {
      throw new CommandFailure(
          "the two have no frame in common; they must read the same video, of the same camera and"
              + " start, at the same rate");
    }
    print(comparison);
    List<Comparison.Frame> different =
        comparison.frames().stream()
            .filter(frame -> frame.difference() > 0)
            .limit(Math.max(0, limit))
            .toList();
    printFrames(different);
    if (pictures != null && !different.isEmpty()) {
      write(kafka, a, different);
    }
  }

  private static void print(Comparison comparison) {
    System.out.println();
    System.out.printf(
        Locale.ROOT,
        "%-20s %8s %8s %8s %9s %11s %11s%n",
        "label",
        "both",
        "only A",
        "only B",
        "mean IoU",
        "score B-A",
        "most");
    for (Comparison.Label label : comparison.labels()) {
      System.out.printf(
          Locale.ROOT,
          "%-20s %8d %8d %8d %9s %11s %11s%n",
          label.label(),
          label.both(),
          label.onlyA(),
          label.onlyB(),
          number("%.4f", label.meanIou(), label),
          number("%+.5f", label.meanScore(), label),
          number("%.5f", label.mostScore(), label));
    }
    long different = comparison.frames().stream().filter(frame -> frame.difference() > 0).count();
    System.out.println();
    System.out.printf(
        "%d frames in both, %d of them differ; %d only in A, %d only in B%n",
        comparison.frames().size(), different, comparison.onlyA(), comparison.onlyB());
    if (comparison.sameTexts() + comparison.otherTexts() > 0) {
      System.out.printf(
          "answers in words: %d the same, %d not%n",
          comparison.sameTexts(), comparison.otherTexts());
    }
  }

  private static String number(String format, double value, Comparison.Label label) {
    return label.both() == 0 ? "-" : String.format(Locale.ROOT, format, value);
  }

  private static void printFrames(List<Comparison.Frame> frames) {
    for (int i = 0; i < frames.size(); i++) {
      Comparison.Frame frame = frames.get(i);
      System.out.printf(
          Locale.ROOT,
          "%3d  %s  %-16s %6.2f  %s%n",
          i + 1,
          frame.capturedAt(),
          frame.id().getCamera(),
          frame.difference(),
          frame.only().isEmpty() ? "boxes moved" : "only " + String.join(", only ", frame.only()));
    }
  }

  private void write(KafkaSettings kafka, Replay replay, List<Comparison.Frame> frames)
      throws InterruptedException {
    ReplayDriver driver =
        new ReplayDriver(
            kafka,
            kafkaOptions().recordings(),
            kafkaOptions().tracking(),
            new ReplayView(System.err, false));
    Map<String, Integer> numbers = new LinkedHashMap<>();
    frames.forEach(frame -> numbers.put(Ids.text(frame.id()), numbers.size()));
    try {
      Files.createDirectories(pictures);
      int missing =
          new FramePictures(driver)
              .of(
                  replay,
                  frames.stream().map(Comparison.Frame::id).toList(),
                  (id, jpeg) -> {
                    int number = numbers.get(Ids.text(id));
                    write(number, frames.get(number), jpeg);
                  });
      System.out.println((frames.size() - missing) + " pictures in " + pictures);
    } catch (IOException e) {
      throw new CommandFailure("no pictures: " + e.getMessage(), e);
    } catch (UncheckedIOException e) {
      throw new CommandFailure("cannot write to " + pictures + ": " + e.getMessage(), e);
    }
  }

  private void write(int number, Comparison.Frame frame, byte[] jpeg) {
    FrameId id = frame.id();
    String name =
        "%03d-%s-%s.jpg"
            .formatted(number + 1, id.getCamera(), frame.capturedAt().toString().replace(':', '-'));
    try {
      BufferedImage picture = ImageIO.read(new ByteArrayInputStream(jpeg));
      BufferedImage one = AnnotatedPicture.draw(picture, drawn("A ", frame.a()), box -> COLOUR_A);
      BufferedImage both = AnnotatedPicture.draw(one, drawn("B ", frame.b()), box -> COLOUR_B);
      ImageIO.write(both, "jpg", pictures.resolve(name).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Mark> drawn(String whose, List<Detection> detections) {
    return detections.stream()
        .map(found -> Mark.of(whose + found.getLabel(), found.getScore(), found.getBox()))
        .toList();
  }
}
