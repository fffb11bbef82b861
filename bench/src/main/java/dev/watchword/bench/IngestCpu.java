package dev.watchword.bench;

import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.SceneClip;
import dev.watchword.system.Broker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * CPU seconds per camera second of an ingest process alone, at two frames a second, for one and for
 * eight cameras.
 */
final class IngestCpu {
  private static final Duration WARM_UP = Duration.ofSeconds(20);
  private static final Duration MEASURED = Duration.ofSeconds(40);

  private IngestCpu() {}

  static void run() throws Exception {
    Path directory = Files.createTempDirectory("watchword-bench");
    List<DrawnScene> scenes =
        List.of(new DrawnScene(3, 640, 480, 12, 240), new DrawnScene(3, 1920, 1080, 25, 250));
    System.out.printf(
        "%n| source | cameras | CPU seconds per camera second | share of a core |%n|---|---|---|---|%n");
    try (Broker broker = Broker.start(directory);
        RtspServer server = new RtspServer(0)) {
      for (DrawnScene scene : scenes) {
        Path clip = SceneClip.cached(directory, scene);
        for (int cameras : new int[] {1, 8}) {
          double perCamera = measure(directory, broker, server, clip, scene, cameras);
          System.out.printf(
              "| %dx%d@%d H.264 | %d | %.4f | %.1f %% |%n",
              scene.width(),
              scene.height(),
              Math.round(scene.framesPerSecond()),
              cameras,
              perCamera,
              100 * perCamera);
        }
      }
    }
  }

  private static double measure(
      Path directory, Broker broker, RtspServer server, Path clip, DrawnScene scene, int cameras)
      throws Exception {
    String name = "c" + scene.height() + "-" + cameras;
    try (IngestProcess ingest =
        IngestProcess.start(directory, broker, server, clip, name, cameras, "sample: 2/s")) {
      TimeUnit.SECONDS.sleep(WARM_UP.toSeconds());
      double before = ingest.cpuSeconds();
      TimeUnit.SECONDS.sleep(MEASURED.toSeconds());
      return (ingest.cpuSeconds() - before) / MEASURED.toSeconds() / cameras;
    }
  }
}
