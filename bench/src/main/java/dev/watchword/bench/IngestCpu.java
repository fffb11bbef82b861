package dev.watchword.bench;

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
        String size =
            scene.width() + "x" + scene.height() + "@" + Math.round(scene.framesPerSecond());
        for (int cameras : new int[] {1, 8}) {
          double perCamera = measure(directory, broker, server, clip, size, cameras);
          System.out.printf(
              "| %s H.264 | %d | %.4f | %.1f %% |%n", size, cameras, perCamera, 100 * perCamera);
        }
      }
    }
  }

  private static double measure(
      Path directory, Broker broker, RtspServer server, Path clip, String size, int cameras)
      throws Exception {
    StringBuilder yaml = new StringBuilder(broker.yaml()).append("cameras:\n");
    for (int i = 0; i < cameras; i++) {
      String name = "c" + size.replaceAll("[^0-9]", "-") + "-" + cameras + "-" + i;
      server.mount(name, clip);
      yaml.append("  ")
          .append(name)
          .append(": {url: \"")
          .append(server.url(name))
          .append("\", sample: 2/s}\n");
    }
    yaml.append("prompts: {all: {text: detect person}}\n");
    Path config = Files.writeString(directory.resolve("ingest.yaml"), yaml);
    try (WatchwordProcess ingest =
        WatchwordProcess.start(
            directory, "ingest", "-c", config.toString(), "--operations-port", "0")) {
      TimeUnit.SECONDS.sleep(WARM_UP.toSeconds());
      double before = cpuSeconds(ingest.handle());
      TimeUnit.SECONDS.sleep(MEASURED.toSeconds());
      return (cpuSeconds(ingest.handle()) - before) / MEASURED.toSeconds() / cameras;
    }
  }

  private static double cpuSeconds(ProcessHandle process) {
    return process.info().totalCpuDuration().orElseThrow().toMillis() / 1000.0;
  }
}
