package dev.watchword.bench;

import dev.watchword.simulator.RtspServer;
import dev.watchword.system.Broker;
import dev.watchword.system.Metrics;
import dev.watchword.system.Wait;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Resident memory of an ingest process: what a further 1080p camera costs, with and without its
 * evidence ring, and whether a thousand reconnections leave anything behind.
 */
final class IngestMemory {
  private static final int FEW = 1;
  private static final int MANY = 5;

  /** Longer than the evidence ring is. */
  private static final Duration SETTLE = Duration.ofSeconds(50);

  private static final int RECONNECTING = 10;
  private static final int ROUNDS = 100;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private IngestMemory() {}

  static void run() throws Exception {
    Path directory = Files.createTempDirectory("watchword-bench");
    Path large = CameraClip.write(directory, 1920, 1080, 25, 4, 40);
    Path small = CameraClip.write(directory, 640, 480, 25, 1, 10);
    try (Broker broker = Broker.start(directory);
        RtspServer server = new RtspServer(0)) {
      System.out.printf(
          "%n1080p25 H.264, 4 Mbit/s, sampled at 2/s; 256 MiB of it are the heap%n%n| evidence ring | MiB, %d camera | MiB, %d cameras | MiB a camera |%n|---|---|---|---|%n",
          FEW, MANY);
      for (String keep : List.of("0s", "30s")) {
        double few = resident(directory, broker, server, large, keep, FEW);
        double many = resident(directory, broker, server, large, keep, MANY);
        System.out.printf(
            "| %s | %.0f | %.0f | %.1f |%n", keep, few, many, (many - few) / (MANY - FEW));
      }
      reconnect(directory, broker, server, small);
    }
  }

  private static double resident(
      Path directory, Broker broker, RtspServer server, Path clip, String keep, int cameras)
      throws Exception {
    String options = "sample: 2/s, evidence: {keep: %s}".formatted(keep);
    try (IngestProcess ingest =
        IngestProcess.start(
            directory, broker, server, clip, "m" + keep + cameras, cameras, options)) {
      TimeUnit.SECONDS.sleep(SETTLE.toSeconds());
      List<Double> samples = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        TimeUnit.SECONDS.sleep(1);
        samples.add(ingest.residentMebibytes());
      }
      return Sample.of(samples).median();
    }
  }

  private static void reconnect(Path directory, Broker broker, RtspServer server, Path clip)
      throws Exception {
    System.out.printf(
        "%n%d cameras of 640x480@25, each cut off again and again%n%n| reconnections | MiB | threads | open files |%n|---|---|---|---|%n",
        RECONNECTING);
    try (IngestProcess ingest =
        IngestProcess.start(directory, broker, server, clip, "r", RECONNECTING, "sample: 5/s")) {
      for (int round = 0; round <= ROUNDS; round++) {
        int cut = round;
        Wait.until(
            "all cameras after cut " + cut, LIMIT, () -> allSound(ingest, cut) ? true : null);
        if (round % 20 == 0) {
          System.out.printf(
              "| %d | %.0f | %d | %d |%n",
              round * RECONNECTING,
              ingest.residentMebibytes(),
              ingest.threads(),
              ingest.openFiles());
        }
        server.dropClients();
      }
    }
  }

  /** Each camera has its session of this round, and a dozen frames of it. */
  private static boolean allSound(IngestProcess ingest, int round) throws Exception {
    Metrics now = ingest.metrics();
    return ingest.cameras().stream()
        .allMatch(
            camera ->
                now.sum("watchword_ingest_sessions_total", '"' + camera + '"') > round
                    && now.sum("watchword_ingest_camera_live", '"' + camera + '"') == 1
                    && now.sum("watchword_ingest_frames_captured_total", '"' + camera + '"')
                        >= 12 * (round + 1));
  }
}
