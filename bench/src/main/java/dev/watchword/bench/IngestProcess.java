package dev.watchword.bench;

import dev.watchword.simulator.RtspServer;
import dev.watchword.system.Broker;
import dev.watchword.system.Metrics;
import dev.watchword.system.WatchwordProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An ingest process of its own with cameras that all play one clip. */
final class IngestProcess implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /**
   * Resident from the start: else memory grows with the garbage made, whatever it is needed for.
   */
  private static final List<String> HEAP = List.of("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch");

  private final WatchwordProcess process;
  private final List<String> cameras;

  private IngestProcess(WatchwordProcess process, List<String> cameras) {
    this.process = process;
    this.cameras = cameras;
  }

  /**
   * @param name what the cameras' names begin with; not used before with this server or broker
   * @param options of each camera, as {@code sample: 2/s, evidence: {keep: 0s}}
   */
  static IngestProcess start(
      Path directory,
      Broker broker,
      RtspServer server,
      Path clip,
      String name,
      int count,
      String options)
      throws IOException {
    List<String> cameras = new ArrayList<>();
    StringBuilder yaml = new StringBuilder(broker.yaml()).append("cameras:\n");
    for (int i = 0; i < count; i++) {
      String camera = name + "-" + i;
      server.mount(camera, clip);
      cameras.add(camera);
      yaml.append("  %s: {url: \"%s\", %s}%n".formatted(camera, server.url(camera), options));
    }
    yaml.append("prompts: {all: {text: detect person}}\n");
    yaml.append("data: \"%s\"%n".formatted(directory.resolve(name)));
    Path config = Files.writeString(directory.resolve(name + ".yaml"), yaml);
    return new IngestProcess(
        WatchwordProcess.start(
            directory, HEAP, "ingest", "-c", config.toString(), "--operations-port", "0"),
        cameras);
  }

  List<String> cameras() {
    return cameras;
  }

  Metrics metrics() throws Exception {
    return Metrics.scrape(process.awaitLine("metrics=\"?(http://[^\\s\"]+)", LIMIT));
  }

  /** Returns when the process has printed it. */
  void awaitLine(String regex) {
    process.awaitLine(regex, LIMIT);
  }

  double cpuSeconds() {
    return process.handle().info().totalCpuDuration().orElseThrow().toMillis() / 1000.0;
  }

  double residentMebibytes() throws IOException {
    return ProcessMemory.residentMebibytes(process.handle().pid());
  }

  int threads() {
    return count("task");
  }

  int openFiles() {
    return count("fd");
  }

  private int count(String directory) {
    String[] entries =
        Path.of("/proc", Long.toString(process.handle().pid()), directory).toFile().list();
    return entries == null ? 0 : entries.length;
  }

  /** Ends it in order, so that its cameras are free for the next process at once. */
  @Override
  public void close() throws InterruptedException {
    try (process) {
      process.stop(LIMIT);
    }
  }
}
