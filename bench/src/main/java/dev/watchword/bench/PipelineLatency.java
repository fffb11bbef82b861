package dev.watchword.bench;

import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.StageTimings;
import dev.watchword.schemas.Topic;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.SceneClip;
import dev.watchword.system.Broker;
import dev.watchword.system.WatchwordProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Capture to detection with eight cameras at two frames a second through one {@code watchword up},
 * in milliseconds, whole and beyond the model's own time (preprocess, vision, prefill and decode of
 * the batch).
 */
final class PipelineLatency {
  private static final int CAMERAS = 8;
  private static final Duration WARM_UP = Duration.ofSeconds(20);
  private static final Duration MEASURED = Duration.ofSeconds(60);

  private PipelineLatency() {}

  static void run() throws Exception {
    Path directory = Files.createTempDirectory("watchword-bench");
    Path clip = SceneClip.cached(directory, new DrawnScene(3, 640, 480, 12, 240));
    try (Broker broker = Broker.start(directory);
        RtspServer cameras = new RtspServer(0)) {
      StringBuilder yaml = new StringBuilder(broker.yaml()).append("cameras:\n");
      for (int i = 0; i < CAMERAS; i++) {
        cameras.mount("camera" + i, clip);
        yaml.append("  camera")
            .append(i)
            .append(": {url: \"")
            .append(cameras.url("camera" + i))
            .append("\", sample: 2/s}\n");
      }
      yaml.append("prompts: {all: {text: detect person ; car ; truck ; bag}}\n");
      yaml.append("console: {listen: \"127.0.0.1:0\"}\n");
      yaml.append("storage: {url: \"file:").append(directory.resolve("storage")).append("\"}\n");
      Path config = Files.writeString(directory.resolve("watchword.yaml"), yaml);
      try (WatchwordProcess up = WatchwordProcess.measured(directory, "up", config)) {
        up.awaitLine("console +(http://\\S+)", Duration.ofSeconds(60));
        TimeUnit.SECONDS.sleep(WARM_UP.toSeconds());
        long from = System.currentTimeMillis();
        TimeUnit.SECONDS.sleep(MEASURED.toSeconds());
        print(
            broker.read(Topic.DETECTIONS, FrameDetections.class).stream()
                .filter(record -> record.getCapturedAt().toEpochMilli() >= from)
                .toList());
      }
    }
  }

  private static void print(List<FrameDetections> records) {
    List<FrameDetections> inferred =
        records.stream().filter(record -> record.getOutcome() == Outcome.INFERRED).toList();
    System.out.printf(
        "%d cameras, %d records in %d s, %d inferred%n%n",
        CAMERAS, records.size(), MEASURED.toSeconds(), inferred.size());
    System.out.printf("| milliseconds | p50 | p99 | target |%n|---|---|---|---|%n");
    row("capture to detection", inferred, PipelineLatency::whole, "");
    row("the model's own time", inferred, record -> modelMicros(record.getTimings()) / 1e3, "");
    row(
        "beyond the model",
        inferred,
        record -> whole(record) - modelMicros(record.getTimings()) / 1e3,
        "p50 <= 60, p99 <= 250");
    row(
        "queue (published to batch)",
        inferred,
        record -> record.getTimings().getQueueMicros() / 1e3,
        "");
    row("batch size", inferred, record -> record.getTimings().getBatchSize(), "");
  }

  private static void row(
      String what,
      List<FrameDetections> records,
      ToDoubleFunction<FrameDetections> value,
      String target) {
    Sample sample = Sample.of(records.stream().map(value::applyAsDouble).toList());
    System.out.printf(
        "| %s | %.1f | %.1f | %s |%n", what, sample.median(), sample.quantile(0.99), target);
  }

  private static double whole(FrameDetections record) {
    return Duration.between(record.getCapturedAt(), record.getCompletedAt()).toNanos() / 1e6;
  }

  private static long modelMicros(StageTimings timings) {
    return timings.getPreprocessMicros()
        + timings.getVisionMicros()
        + timings.getPrefillMicros()
        + timings.getDecodeMicros();
  }
}
