package dev.watchword.bench;

import dev.watchword.paligemma.Box;
import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.Detection;
import dev.watchword.paligemma.EmbeddedCheckpoint;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.Precision;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.paligemma.Score;
import dev.watchword.simulator.DrawnFrame;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.TruthBox;
import dev.watchword.system.AveragePrecision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What a checkpoint finds in drawn scenes that it was not trained on: average precision by class,
 * false boxes, how well each score ranks the boxes, and how far the score can be taken for a
 * probability. {@code bench/run accuracy [DIR [SCENES [PRECISION]]]}.
 */
final class Accuracy {
  private static final List<String> CLASSES = List.of("person", "car", "truck", "bag");
  private static final int BATCH = 8;
  private static final double RIGHT = 0.5;

  /** The held-out scenes begin here; training draws its seeds from 1,000,000,000 on. */
  private static final long FIRST_SEED = 900_000;

  private final PaliGemma model;
  private final int scenes;
  private final Map<String, ToDoubleFunction<Score>> scores = new LinkedHashMap<>();
  private final Map<String, AveragePrecision> precisions = new LinkedHashMap<>();
  private final Reliability reliability = new Reliability();
  private int absentAsked;
  private int absentSeen;
  private int emptyAsked;
  private int emptySeen;

  private Accuracy(PaliGemma model, int scenes) {
    this.model = model;
    this.scenes = scenes;
    scores.put("object x label x location", Score::value);
    scores.put("label", Score::label);
    scores.put("object", Score::object);
    scores.put("location", Score::location);
    scores.put("label x location", score -> score.label() * score.location());
    scores.put("none: all alike", score -> 1);
    scores.keySet().forEach(name -> precisions.put(name, new AveragePrecision()));
  }

  static void run(List<String> arguments) throws Exception {
    Path checkpoint =
        arguments.isEmpty()
            ? EmbeddedCheckpoint.extractTo(Files.createTempDirectory("watchword-bench"))
            : Path.of(arguments.get(0));
    int scenes = arguments.size() > 1 ? Integer.parseInt(arguments.get(1)) : 1000;
    Precision precision =
        arguments.size() > 2 ? Precision.parse(arguments.get(2)) : Precision.FLOAT32;
    try (PaliGemma model =
        PaliGemma.load(checkpoint, ModelOptions.defaults().withPrecision(precision))) {
      new Accuracy(model, scenes).measure();
    }
  }

  private void measure() {
    for (int first = 0; first < scenes; first += BATCH) {
      List<DrawnFrame> frames = new ArrayList<>();
      for (int i = first; i < Math.min(scenes, first + BATCH); i++) {
        frames.add(DrawnScene.still(FIRST_SEED + i, 640, 480));
      }
      List<RgbImage> pictures = frames.stream().map(frame -> RgbImage.of(frame.picture())).toList();
      detect(frames, pictures);
      askForTheAbsent(frames, pictures);
    }
    print();
  }

  private void detect(List<DrawnFrame> frames, List<RgbImage> pictures) {
    DetectPrompt all = prompt(CLASSES);
    List<Generation> generations =
        model.generate(pictures.stream().map(picture -> new Request(picture, all)).toList());
    for (int i = 0; i < frames.size(); i++) {
      List<TruthBox> truth = frames.get(i).truth();
      List<Detection> detections = generations.get(i).detections();
      judge(truth, detections);
      if (truth.isEmpty()) {
        emptyAsked++;
        emptySeen += detections.isEmpty() ? 0 : 1;
      }
    }
  }

  private void judge(List<TruthBox> truth, List<Detection> detections) {
    List<AveragePrecision.Box> boxes = truth.stream().map(Accuracy::box).toList();
    precisions.forEach(
        (name, precision) -> {
          int frame = precision.frame(boxes);
          for (Detection detection : detections) {
            precision.detection(
                frame, box(detection), (float) scores.get(name).applyAsDouble(detection.score()));
          }
        });
    for (Detection detection : detections) {
      boolean right =
          boxes.stream()
              .anyMatch(
                  box -> box.label().equals(detection.label()) && box.iou(box(detection)) >= RIGHT);
      reliability.add(detection.score().value(), right);
    }
  }

  /** One prompt for each picture and class that is not in it. */
  private void askForTheAbsent(List<DrawnFrame> frames, List<RgbImage> pictures) {
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < frames.size(); i++) {
      for (String name : CLASSES) {
        if (frames.get(i).truth().stream().noneMatch(box -> box.label().equals(name))) {
          requests.add(new Request(pictures.get(i), prompt(List.of(name))));
        }
      }
    }
    absentAsked += requests.size();
    for (Generation generation : model.generate(requests)) {
      absentSeen += generation.detections().isEmpty() ? 0 : 1;
    }
  }

  private void print() {
    AveragePrecision composed = precisions.values().iterator().next();
    System.out.printf(
        "%s revision %s, %s, %d scenes of 640x480, %d objects%n%n| | AP50 | AP75 |%n|---|---|---|%n",
        model.id().checkpoint(),
        model.id().revision(),
        model.id().precision(),
        scenes,
        composed.objects());
    for (String name : CLASSES) {
      System.out.printf(
          "| %s | %.3f | %.3f |%n",
          name, composed.at(0.5, List.of(name)), composed.at(0.75, List.of(name)));
    }
    System.out.printf(
        "| mean | %.3f | %.3f |%n%n", composed.at(0.5, CLASSES), composed.at(0.75, CLASSES));
    System.out.printf(
        "Asked for one class that is not there: %d of %d answers hold a box (%.1f %%). Pictures without any object: %d of %d (%.1f %%).%n%n",
        absentSeen,
        absentAsked,
        100.0 * absentSeen / Math.max(1, absentAsked),
        emptySeen,
        emptyAsked,
        100.0 * emptySeen / Math.max(1, emptyAsked));
    System.out.println("| boxes ranked by | AP50 | AP75 |\n|---|---|---|");
    precisions.forEach(
        (name, precision) ->
            System.out.printf(
                "| %s | %.3f | %.3f |%n",
                name, precision.at(0.5, CLASSES), precision.at(0.75, CLASSES)));
    System.out.printf(
        "%nExpected calibration error at IoU %.1f: %.3f%n%n", RIGHT, reliability.expectedError());
    reliability.print();
  }

  private static DetectPrompt prompt(List<String> classes) {
    return DetectPrompt.parse("detect " + String.join(" ; ", classes));
  }

  private static AveragePrecision.Box box(TruthBox box) {
    return new AveragePrecision.Box(box.label(), box.xMin(), box.yMin(), box.xMax(), box.yMax());
  }

  private static AveragePrecision.Box box(Detection detection) {
    Box box = detection.box();
    return new AveragePrecision.Box(
        detection.label(), box.xMin(), box.yMin(), box.xMax(), box.yMax());
  }
}
