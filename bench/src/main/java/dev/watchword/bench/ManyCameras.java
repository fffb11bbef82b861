package dev.watchword.bench;

import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.Fault;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.SceneClip;
import dev.watchword.system.Broker;
import dev.watchword.system.Metrics;
import dev.watchword.system.Wait;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Many cameras on one ingest process at real time: what becomes of each frame that they sent. The
 * cameras and the broker run on the same machine.
 */
final class ManyCameras {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String FRAMES = "watchword_ingest_frames_";

  private ManyCameras() {}

  /**
   * @param arguments how many cameras and how many minutes; 20 and 10 if not given
   */
  static void run(List<String> arguments) throws Exception {
    int count = arguments.isEmpty() ? 20 : Integer.parseInt(arguments.get(0));
    long minutes = arguments.size() < 2 ? 10 : Long.parseLong(arguments.get(1));
    Path directory = Files.createTempDirectory("watchword-bench");
    Path clip = SceneClip.cached(directory, new DrawnScene(3, 640, 480, 12, 240));
    try (Broker broker = Broker.start(directory);
        RtspServer server = new RtspServer(0);
        IngestProcess ingest =
            IngestProcess.start(directory, broker, server, clip, "c", count, "sample: 2/s")) {
      System.out.printf(
          "%n%d cameras of 640x480@12, sampled at 2/s, %d minutes%n%n| minute | MiB | cores |%n|---|---|---|%n",
          count, minutes);
      for (int minute = 1; minute <= minutes; minute++) {
        double cpu = ingest.cpuSeconds();
        TimeUnit.MINUTES.sleep(1);
        System.out.printf(
            "| %d | %.0f | %.2f |%n",
            minute, ingest.residentMebibytes(), (ingest.cpuSeconds() - cpu) / 60);
      }
      drain(server, ingest);
      print(sent(server, ingest), ingest.metrics());
    }
  }

  /** First all that was sent arrives; then the end of the stream frees the decoder's last frame. */
  private static void drain(RtspServer server, IngestProcess ingest) throws InterruptedException {
    ingest.cameras().forEach(camera -> server.fault(camera, Fault.STALL));
    TimeUnit.SECONDS.sleep(2);
    ingest.cameras().forEach(camera -> server.fault(camera, Fault.CLOSE));
    Wait.until(
        "the last frames",
        LIMIT,
        () -> ingest.metrics().sum(FRAMES + "in_flight") == 0 ? true : null);
    TimeUnit.SECONDS.sleep(1);
  }

  private static long sent(RtspServer server, IngestProcess ingest) {
    return ingest.cameras().stream().mapToLong(server::framesSent).sum();
  }

  private static void print(long sent, Metrics metrics) {
    double captured = metrics.sum(FRAMES + "captured_total");
    double notSampled = metrics.sum(FRAMES + "not_sampled_total");
    double gated = metrics.sum(FRAMES + "gated_total");
    double dropped = metrics.sum(FRAMES + "dropped_total");
    double published = metrics.sum(FRAMES + "published_total");
    double late = metrics.sum(FRAMES + "late_total");
    System.out.printf("%n| frames | |%n|---|---|%n");
    line("sent by the cameras", sent);
    line("captured", captured);
    line("not sampled", notSampled);
    line("gated", gated);
    line("published", published);
    line("published late", late);
    metrics.samples().forEach((name, value) -> dropped(name, value));
    line("sent, not captured", sent - captured);
    line("unexplained", captured - notSampled - gated - dropped - published - late);
    System.out.printf(
        "| connections, failures among them | %.0f, %.0f |%n",
        metrics.sum("watchword_ingest_sessions_total"),
        metrics.sum("watchword_ingest_failures_total"));
  }

  private static void dropped(String name, double value) {
    if (name.startsWith(FRAMES + "dropped_total") && value > 0) {
      line(name.substring(name.indexOf('{')), value);
    }
  }

  private static void line(String name, double frames) {
    System.out.printf("| %s | %.0f |%n", name, frames);
  }
}
