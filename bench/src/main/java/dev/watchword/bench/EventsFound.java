package dev.watchword.bench;

import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.EmbeddedCheckpoint;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.schemas.BoundingBox;
import dev.watchword.schemas.Detection;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.schemas.ScoreParts;
import dev.watchword.schemas.wire.GeneratedRecords;
import dev.watchword.service.zones.Zones;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.Setting;
import dev.watchword.sink.events.Scene;
import dev.watchword.sink.events.TrackingConfig;
import dev.watchword.system.DrawnDetections;
import dev.watchword.system.EventScore;
import dev.watchword.system.Stay;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Precision and recall of object events in drawn scenes: with the boxes that were drawn, and with
 * those that the embedded checkpoint sees. {@code bench/run events-found [SECONDS]}.
 */
final class EventsFound {
  private static final Instant BEGAN = Instant.parse("2026-03-01T12:00:00Z");
  private static final TrackingConfig CONFIG = TrackingConfig.DEFAULT;
  private static final double PATIENCE = CONFIG.patience().toMillis() / 1e3;

  /** Scenes that no checkpoint was trained on; those with drawn boxes are cheap and many. */
  private static final int FIRST_SEED = 900_000;

  private static final int SCENES = 6;
  private static final double MODEL_RATE = 2;

  private EventsFound() {}

  static void run(List<String> arguments) throws Exception {
    GeneratedRecords.trust();
    double seconds = arguments.isEmpty() ? 60 : Double.parseDouble(arguments.getFirst());
    System.out.println(
        "| boxes | frames/s | events | stays | precision | recall |\n|---|---|---|---|---|---|");
    for (double rate : new double[] {0.5, 1, 2, 5}) {
      EventScore score = new EventScore();
      for (Setting setting : Setting.values()) {
        for (int i = 0; i < SCENES; i++) {
          DrawnScene scene = scene(setting, FIRST_SEED + i);
          add(
              score,
              scene,
              DrawnDetections.of(scene, "gate", "drawn", BEGAN, 120, rate),
              120,
              rate);
        }
      }
      print("drawn", rate, score);
    }
    withTheCheckpoint(seconds);
  }

  private static DrawnScene scene(Setting setting, long seed) {
    return new DrawnScene(setting, seed, 640, 480, 10, 400);
  }

  private static void withTheCheckpoint(double seconds) throws Exception {
    EventScore score = new EventScore();
    try (PaliGemma model =
        PaliGemma.load(
            EmbeddedCheckpoint.extractTo(Files.createTempDirectory("watchword-bench")),
            ModelOptions.defaults())) {
      DetectPrompt prompt = DetectPrompt.parse("detect person ; car ; truck ; bag");
      for (Setting setting : Setting.values()) {
        DrawnScene scene = scene(setting, FIRST_SEED);
        List<FrameDetections> frames = new ArrayList<>();
        for (int i = 0; i / MODEL_RATE < seconds; i++) {
          int index = (int) Math.round(i / MODEL_RATE * scene.framesPerSecond()) % scene.frames();
          RgbImage picture = RgbImage.of(scene.frame(index).picture());
          Generation answer = model.generate(List.of(new Request(picture, prompt))).getFirst();
          frames.add(
              DrawnDetections.record(
                  new FrameId("gate", "drawn", (long) i),
                  BEGAN.plus(Duration.ofNanos(Math.round(i / MODEL_RATE * 1e9))),
                  answer.detections().stream().map(EventsFound::detection).toList()));
        }
        add(score, scene, frames, seconds, MODEL_RATE);
      }
    }
    print("embedded checkpoint", MODEL_RATE, score);
  }

  private static Detection detection(dev.watchword.paligemma.Detection found) {
    var box = found.box();
    return new Detection(
        found.label(),
        new BoundingBox(box.xMin(), box.yMin(), box.xMax(), box.yMax()),
        found.score().value(),
        new ScoreParts(1f, 1f, 1f),
        null);
  }

  private static void add(
      EventScore score,
      DrawnScene scene,
      List<FrameDetections> frames,
      double seconds,
      double rate) {
    Scene seen = new Scene("gate", "street-life", CONFIG);
    List<ObjectEvent> told = new ArrayList<>();
    frames.forEach(frame -> told.addAll(seen.frame(frame, Zones.NONE)));
    told.addAll(seen.silent(Zones.NONE));
    score.add(Stay.of(scene, seconds, rate, PATIENCE), told, BEGAN);
  }

  private static void print(String boxes, double rate, EventScore score) {
    System.out.printf(
        "| %s | %.1f | %d | %d | %.3f | %.3f |%n",
        boxes, rate, score.events(), score.stays(), score.precision(), score.recall());
  }
}
