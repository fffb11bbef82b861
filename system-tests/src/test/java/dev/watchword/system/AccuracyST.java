package dev.watchword.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.EmbeddedCheckpoint;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.schemas.Detection;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.Topic;
import dev.watchword.simulator.DrawnFrame;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.SceneClip;
import dev.watchword.simulator.Slideshow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same drawn objects, once straight from Java2D into the model and once through H.264, RTSP,
 * JPEG and Kafka: what the pipeline costs in accuracy.
 */
class AccuracyST {
  private static final List<String> LABELS = List.of("person", "car", "truck", "bag");
  private static final String PROMPT = "detect " + String.join(" ; ", LABELS);
  private static final double FPS = 12;
  private static final int SCENES = 600;
  private static final int FRAMES_PER_SCENE = 3;
  private static final double PACE = 4;

  @TempDir private Path directory;

  @Test
  void losesLittleAccuracyBetweenTheSceneAndTheTopic() throws Exception {
    Slideshow slides = SceneClip.slideshow(90_000, SCENES, FRAMES_PER_SCENE, 640, 480, FPS);

    Map<Integer, FrameDetections> answers = throughThePipeline(slides);
    AveragePrecision straight = new AveragePrecision();
    AveragePrecision piped = new AveragePrecision();
    try (PaliGemma model =
        PaliGemma.load(
            EmbeddedCheckpoint.extractTo(Path.of("target", "cache", "checkpoint")),
            ModelOptions.defaults())) {
      for (Map.Entry<Integer, FrameDetections> answer : answers.entrySet()) {
        DrawnFrame drawn = slides.frame(answer.getKey());
        addStraight(straight, drawn, model);
        addPiped(piped, drawn, answer.getValue());
      }
    }

    double straightAp = straight.at(0.5, LABELS);
    double pipedAp = piped.at(0.5, LABELS);
    System.out.printf(
        "AP50 over %d frames, %d objects: straight %.3f, through the pipeline %.3f%n",
        answers.size(), straight.objects(), straightAp, pipedAp);
    assertThat(straight.objects()).isGreaterThanOrEqualTo(1000);
    assertThat(straightAp).as("the model sees what it was trained on").isGreaterThan(0.75);
    assertThat(pipedAp).isBetween(straightAp - 0.03, straightAp + 0.03);
  }

  /** One answer a scene, by the number of the frame that was sampled. */
  private Map<Integer, FrameDetections> throughThePipeline(Slideshow slides) throws Exception {
    Path clip = SceneClip.cached(directory, slides);
    try (Broker broker = Broker.start(directory);
        RtspServer cameras = new RtspServer(0)) {
      cameras.mount("slides", clip, null, PACE);
      Path config = directory.resolve("watchword.yaml");
      Files.writeString(
          config,
          broker.yaml()
              + """
              cameras: {slides: {url: "%s", sample: 4/s}}
              prompts: {all: {text: %s}}
              inference: {max-age: 10m}
              storage: {url: "file:%s"}
              console: {listen: "127.0.0.1:0"}
              """
                  .formatted(cameras.url("slides"), PROMPT, directory.resolve("storage")));
      try (WatchwordProcess up = WatchwordProcess.measured(directory, "up", config)) {
        up.awaitLine("console +(http://\\S+)", Duration.ofSeconds(60));
        Duration limit = Duration.ofSeconds(Math.round(slides.frames() / FPS / PACE) + 60);
        return Wait.until("an answer to each scene", limit, () -> complete(answers(broker)));
      }
    }
  }

  private static Map<Integer, FrameDetections> complete(Map<Integer, FrameDetections> answers) {
    return answers.size() >= SCENES - 2 ? answers : null;
  }

  private static Map<Integer, FrameDetections> answers(Broker broker) throws Exception {
    Map<FrameId, Integer> numbers = new HashMap<>();
    for (SampledFrame frame : broker.read(Topic.FRAMES, SampledFrame.class)) {
      int number = (int) Math.round(frame.getPtsMicros() * FPS / 1e6);
      if (number < SCENES * FRAMES_PER_SCENE) {
        numbers.put(frame.getId(), number);
      }
    }
    Map<Integer, FrameDetections> answers = new HashMap<>();
    for (FrameDetections record : broker.read(Topic.DETECTIONS, FrameDetections.class)) {
      Integer number = numbers.get(record.getId());
      if (number != null && record.getOutcome() == Outcome.INFERRED) {
        answers.put(number, record);
      }
    }
    return answers;
  }

  private static void addStraight(AveragePrecision precision, DrawnFrame drawn, PaliGemma model) {
    int frame = precision.frame(truth(drawn));
    Request request = new Request(RgbImage.of(drawn.picture()), DetectPrompt.parse(PROMPT));
    Generation generation = model.generate(List.of(request)).getFirst();
    for (dev.watchword.paligemma.Detection detection : generation.detections()) {
      var box = detection.box();
      precision.detection(
          frame,
          new AveragePrecision.Box(
              detection.label(), box.xMin(), box.yMin(), box.xMax(), box.yMax()),
          detection.score().value());
    }
  }

  private static void addPiped(
      AveragePrecision precision, DrawnFrame drawn, FrameDetections record) {
    int frame = precision.frame(truth(drawn));
    for (Detection detection : record.getDetections()) {
      var box = detection.getBox();
      precision.detection(
          frame,
          new AveragePrecision.Box(
              detection.getLabel(), box.getXMin(), box.getYMin(), box.getXMax(), box.getYMax()),
          detection.getScore());
    }
  }

  private static List<AveragePrecision.Box> truth(DrawnFrame drawn) {
    return drawn.truth().stream()
        .map(
            box ->
                new AveragePrecision.Box(
                    box.label(), box.xMin(), box.yMin(), box.xMax(), box.yMax()))
        .toList();
  }
}
