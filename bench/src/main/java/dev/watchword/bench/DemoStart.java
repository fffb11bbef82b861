package dev.watchword.bench;

import dev.watchword.system.WatchwordProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Seconds from {@code ./watchword demo} (built) to the first picture with boxes on the console's
 * live push, the memory of the process after half a minute, and how long stopping it takes. A new
 * data directory each round.
 */
final class DemoStart {
  private static final Pattern RSS = Pattern.compile("VmRSS:\\s+([0-9]+) kB");
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private DemoStart() {}

  static void run(Path home, List<String> arguments) throws Exception {
    int rounds = arguments.isEmpty() ? 5 : Integer.parseInt(arguments.getFirst());
    List<Double> addresses = new ArrayList<>();
    List<Double> boxes = new ArrayList<>();
    List<Double> memory = new ArrayList<>();
    List<Double> stops = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      Path directory = Files.createTempDirectory("watchword-bench");
      long start = System.nanoTime();
      try (WatchwordProcess demo =
          WatchwordProcess.launch(
              directory, List.of(home.resolve("watchword").toString(), "demo", "--port", "0"))) {
        String url = demo.awaitLine("console +(http://\\S+)", LIMIT);
        addresses.add(seconds(start));
        firstBoxes(url);
        boxes.add(seconds(start));
        TimeUnit.SECONDS.sleep(30);
        memory.add(residentMiB(demo.handle()));
        stops.add(demo.stop(Duration.ofSeconds(20)).toMillis() / 1000.0);
      }
      System.out.printf(
          "round %d: address %.1f s, first boxes %.1f s, RSS after 30 s %.0f MiB, stop %.1f s%n",
          round + 1, addresses.getLast(), boxes.getLast(), memory.getLast(), stops.getLast());
    }
    System.out.printf("%n| what | median | worst | target |%n|---|---|---|---|%n");
    row("console address printed", "s", addresses, "");
    row("first boxes at the console", "s", boxes, "<= 15 s");
    row("resident memory", "MiB", memory, "<= 1536 MiB");
    row("signal to exit", "s", stops, "<= 3 s");
  }

  private static void row(String what, String unit, List<Double> values, String target) {
    Sample sample = Sample.of(values);
    System.out.printf(
        "| %s | %.1f %s | %.1f %s | %s |%n",
        what, sample.median(), unit, sample.quantile(1), unit, target);
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Resident memory, as Linux counts it. */
  private static double residentMiB(ProcessHandle process) throws IOException {
    Matcher matcher =
        RSS.matcher(Files.readString(Path.of("/proc", Long.toString(process.pid()), "status")));
    return matcher.find() ? Long.parseLong(matcher.group(1)) / 1024.0 : Double.NaN;
  }

  private static void firstBoxes(String url) throws Exception {
    CompletableFuture<Void> seen = new CompletableFuture<>();
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI live = URI.create(url.replaceFirst("^http", "ws").replaceFirst("/$", "") + "/live");
      WebSocket socket =
          http.newWebSocketBuilder()
              .buildAsync(live, new FirstBoxes(seen))
              .get(30, TimeUnit.SECONDS);
      seen.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      socket.abort();
      http.shutdownNow();
    }
  }

  /** Reads binary messages until one's JSON header has a box in it. */
  private static final class FirstBoxes implements WebSocket.Listener {
    private final CompletableFuture<Void> seen;
    private final StringBuilder message = new StringBuilder();

    FirstBoxes(CompletableFuture<Void> seen) {
      this.seen = seen;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      message.append(StandardCharsets.ISO_8859_1.decode(data));
      if (last) {
        if (message.indexOf("\"label\"") > 0) {
          seen.complete(null);
        }
        message.setLength(0);
      }
      socket.request(1);
      return null;
    }
  }
}
