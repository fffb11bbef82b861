package dev.watchword.bench;

import dev.watchword.simulator.Fault;
import dev.watchword.simulator.RtspServer;
import dev.watchword.system.Broker;
import dev.watchword.system.Wait;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * Seconds until a camera's frame is on the topic, after the process starts and after a cut
 * connection, and until a camera that stands still is noticed. The simulated camera begins each
 * stream with a key frame; of another one, up to a GOP comes on top. A process ends in order before
 * the next one starts.
 */
final class FirstFrame {
  private static final int ROUNDS = 15;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String SESSIONS = "watchword_ingest_sessions_total";
  private static final String STALLS = "watchword_ingest_failures_total";
  private static final String PUBLISHED = "watchword_ingest_frames_published_total";

  private FirstFrame() {}

  static void run() throws Exception {
    Path directory = Files.createTempDirectory("watchword-bench");
    Path clip = CameraClip.write(directory, 1280, 720, 25, 2, 20);
    List<Double> services = new ArrayList<>();
    List<Double> followed = new ArrayList<>();
    List<Double> starts = new ArrayList<>();
    List<Double> cuts = new ArrayList<>();
    List<Double> stalls = new ArrayList<>();
    List<Double> thaws = new ArrayList<>();
    try (Broker broker = Broker.start(directory);
        RtspServer server = new RtspServer(0)) {
      for (int round = 0; round < 5; round++) {
        long start = System.nanoTime();
        try (IngestProcess ingest = process(directory, broker, server, clip, "s" + round)) {
          ingest.awaitLine("service started");
          services.add((System.nanoTime() - start) / 1e9);
          ingest.awaitLine("cameras are followed");
          followed.add((System.nanoTime() - start) / 1e9);
          starts.add(seconds(start, () -> total(ingest, PUBLISHED) > 0));
        }
      }
      try (IngestProcess ingest = process(directory, broker, server, clip, "gate")) {
        for (int round = 0; round < ROUNDS; round++) {
          settle(ingest);
          cuts.add(untilNextFrame(ingest, server::dropClients));
          settle(ingest);
          double stalled = total(ingest, STALLS);
          long start = System.nanoTime();
          server.fault("gate-0", Fault.FREEZE);
          stalls.add(seconds(start, () -> total(ingest, STALLS) > stalled));
          thaws.add(untilNextFrame(ingest, () -> server.fault("gate-0", Fault.NONE)));
        }
      }
    }
    System.out.printf("%n| seconds, 720p25, sampled at 5/s | median | worst |%n|---|---|---|%n");
    print("start of the process to its services having started", services);
    print("start of the process to the cameras being its own (member of the group)", followed);
    print("start of the process to the first frame on the topic", starts);
    print("connection cut to the next frame", cuts);
    print("camera frozen to the state that says so (read-timeout 5 s)", stalls);
    print("camera unfrozen to the next frame", thaws);
  }

  private static IngestProcess process(
      Path directory, Broker broker, RtspServer server, Path clip, String name) throws Exception {
    return IngestProcess.start(directory, broker, server, clip, name, 1, "sample: 5/s");
  }

  /** Ten sound frames, so that the next retry is a first one. */
  private static void settle(IngestProcess ingest) throws Exception {
    double before = total(ingest, PUBLISHED);
    Wait.until("a dozen frames", LIMIT, () -> total(ingest, PUBLISHED) > before + 5 ? true : null);
    TimeUnit.SECONDS.sleep(1);
  }

  /** From the event to the first frame of a session that began after it. */
  private static double untilNextFrame(IngestProcess ingest, Runnable event) throws Exception {
    double sessions = total(ingest, SESSIONS);
    long start = System.nanoTime();
    event.run();
    Wait.until("a session", LIMIT, () -> total(ingest, SESSIONS) > sessions ? true : null);
    double published = total(ingest, PUBLISHED);
    return seconds(start, () -> total(ingest, PUBLISHED) > published);
  }

  private static double seconds(long start, Callable<Boolean> happened) {
    Wait.until("the event", LIMIT, () -> happened.call() ? true : null);
    return (System.nanoTime() - start) / 1e9;
  }

  private static double total(IngestProcess ingest, String family) throws Exception {
    return ingest.metrics().sum(family);
  }

  private static void print(String what, List<Double> seconds) {
    System.out.printf(
        "| %s | %.2f | %.2f |%n",
        what,
        Sample.of(seconds).median(),
        seconds.stream().mapToDouble(Double::doubleValue).max().orElseThrow());
  }
}
