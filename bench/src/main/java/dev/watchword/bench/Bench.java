package dev.watchword.bench;

import dev.watchword.ingest.FlippedBits;
import dev.watchword.paligemma.EmbeddedCheckpoint;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs one measurement by name: {@code bench/run demo}. Each prints a small table and what it was
 * run on.
 */
public final class Bench {
  private Bench() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 0) {
      System.err.println(
          "usage: bench/run"
              + " demo|latency|cpu|cameras|memory|reconnect|ingest-decode|flips|kafka|model|accuracy|decoding|model3b|gpu|events|events-found|archive|replay");
      System.exit(2);
    }
    if (arguments[0].equals("kafka-frames")) {
      FramesThroughKafka.produce(arguments[1], arguments[2]);
      return;
    }
    if (arguments[0].equals("gpu-checkpoint")) {
      System.out.println(EmbeddedCheckpoint.extractTo(Path.of(arguments[1])));
      return;
    }
    System.out.printf(
        "%s, %d cores, Java %s%n",
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        Runtime.version());
    List<String> rest = List.of(arguments).subList(1, arguments.length);
    Path home = Path.of(System.getProperty("watchword.home", ".")).toAbsolutePath().normalize();
    switch (arguments[0]) {
      case "demo" -> DemoStart.run(home, rest);
      case "latency" -> PipelineLatency.run();
      case "cpu" -> IngestCpu.run();
      case "cameras" -> ManyCameras.run(rest);
      case "memory" -> IngestMemory.run();
      case "reconnect" -> FirstFrame.run();
      case "ingest-decode" -> IngestDecode.run(rest);
      case "flips" -> FlippedBits.run();
      case "model" -> ModelSpeed.run(home, rest);
      case "accuracy" -> Accuracy.run(rest);
      case "decoding" -> DecodingSavings.run(rest);
      case "kafka" -> FramesThroughKafka.run();
      case "gpu" -> GpuSpeed.run(rest);
      case "model3b" -> LargeModel.run(home, rest);
      case "events" -> EventsThroughput.run(rest);
      case "archive" -> ArchiveThroughput.run(rest);
      case "replay" -> ReplaySpeed.run(rest);
      case "events-found" -> EventsFound.run(rest);
      default -> throw new IllegalArgumentException("no measurement named " + arguments[0]);
    }
    System.exit(0);
  }
}
