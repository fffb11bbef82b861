package dev.watchword.bench;

import dev.watchword.ingest.RecordedFrames;
import dev.watchword.paligemma.Drafts;
import dev.watchword.paligemma.EmbeddedCheckpoint;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.paligemma.TaskPrompt;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.EngineModel;
import dev.watchword.paligemma.engine.LocalOptions;
import dev.watchword.paligemma.engine.OnnxRuntimeEngine;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Replay;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.Topic;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.SceneClip;
import dev.watchword.system.Broker;
import dev.watchword.system.WatchwordProcess;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Replay against the model alone, frames a second: the same clip and prompt through the command, a
 * broker and a worker, and from the file to boxes in one process. Then what live cameras feel:
 * their latency with a replay beside them and without, in turn. {@code bench/run replay [ROUNDS]}.
 */
final class ReplaySpeed {
  private static final String PROMPT = "detect person ; car ; truck ; bag";
  private static final double RATE = 4;
  private static final int CAMERAS = 3;
  private static final Duration WINDOW = Duration.ofSeconds(30);
  private static final Duration SETTLE = Duration.ofSeconds(8);
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final Path directory;
  private final Path clip;
  private final Broker broker;
  private final String config;

  private ReplaySpeed(Path directory, Path clip, Broker broker, String config) {
    this.directory = directory;
    this.clip = clip;
    this.broker = broker;
    this.config = config;
  }

  static void run(List<String> arguments) throws Exception {
    int rounds = arguments.isEmpty() ? 3 : Integer.parseInt(arguments.getFirst());
    Path directory = Files.createTempDirectory("watchword-bench");
    Path clip = SceneClip.cached(directory, new DrawnScene(3, 640, 480, 12, 480));
    try (Broker broker = Broker.start(directory);
        RtspServer cameras = new RtspServer(0)) {
      StringBuilder yaml = new StringBuilder(broker.yaml());
      yaml.append("data: ").append(directory.resolve("data")).append("\ncameras:\n");
      for (int i = 0; i < CAMERAS; i++) {
        cameras.mount("camera" + i, clip);
        yaml.append(
            "  camera%d: {url: '%s', sample: 2/s}%n".formatted(i, cameras.url("camera" + i)));
      }
      yaml.append("prompts: {all: {text: ").append(PROMPT).append("}}\n");
      Path config = Files.writeString(directory.resolve("watchword.yaml"), yaml);
      new ReplaySpeed(directory, clip, broker, config.toString()).measure(rounds);
    }
  }

  private void measure(int rounds) throws Exception {
    try (WatchwordProcess worker = start("infer", "--operations-port", "0")) {
      worker.awaitLine("running service=\"?inference-replay", LIMIT);
      speed(rounds);
      try (WatchwordProcess ingest = start("ingest", "--operations-port", "0")) {
        TimeUnit.SECONDS.sleep(SETTLE.toSeconds());
        latency(rounds);
      }
    }
  }

  private WatchwordProcess start(String command, String... more) throws Exception {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of(more));
    all.addAll(List.of("-c", config));
    return WatchwordProcess.start(
        directory, WatchwordProcess.AS_SERVICE, all.toArray(String[]::new));
  }

  private void speed(int rounds) throws Exception {
    List<Double> replays = new ArrayList<>();
    List<Double> directs = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      replays.add(replayed());
      directs.add(direct());
    }
    System.out.printf(
        "%n| frames/s, medians of %d rounds in turn, load %.1f | |%n|---|---|%n",
        rounds, ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    double replay = Sample.of(replays).median();
    double direct = Sample.of(directs).median();
    System.out.printf("| replay: command, broker, worker | %.1f |%n", replay);
    System.out.printf("| one process, file to boxes | %.1f |%n", direct);
    System.out.printf("| ratio | %.2f |%n", replay / direct);
  }

  private double replayed() throws Exception {
    try (WatchwordProcess command =
        start("replay", clip.toString(), "--prompt", PROMPT, "--sample", (int) RATE + "/s")) {
      String id = command.awaitLine("replay (\\S+): .* done", LIMIT);
      Replay replay = records(id).getLast();
      // From the first frame's publication on, as the other side counts from its first frame.
      Instant first = records(id).get(1).getChangedAt();
      return replay.getPublished()
          / (Duration.between(first, replay.getChangedAt()).toNanos() / 1e9);
    }
  }

  private List<Replay> records(String id) throws Exception {
    return broker.read(Topic.REPLAYS, Replay.class).stream()
        .filter(replay -> replay.getId().equals(id))
        .toList();
  }

  private double direct() throws Exception {
    TaskPrompt prompt = TaskPrompt.parse(PROMPT);
    int threads = Math.min(4, Runtime.getRuntime().availableProcessors());
    try (EngineModel model =
        EngineModel.load(
            OnnxRuntimeEngine.NAME,
            EmbeddedCheckpoint.extractTo(directory.resolve("checkpoint")),
            LocalOptions.of(ModelOptions.defaults().withThreads(threads)))) {
      // The worker has run before, too.
      detect(model, prompt, 8);
      long start = System.nanoTime();
      int frames = detect(model, prompt, Integer.MAX_VALUE);
      return frames / ((System.nanoTime() - start) / 1e9);
    }
  }

  private int detect(EngineModel model, TaskPrompt prompt, int most) throws Exception {
    Drafts drafts = new Drafts(1);
    int frames = 0;
    try (RecordedFrames video = RecordedFrames.open("gate", clip, "session", Instant.EPOCH, RATE)) {
      for (Optional<SampledFrame> next = video.next();
          next.isPresent() && frames < most;
          next = video.next()) {
        byte[] jpeg = new byte[next.get().getImage().remaining()];
        next.get().getImage().get(jpeg);
        Request request = new Request(RgbImage.decode(jpeg), prompt, drafts.draft("gate", prompt));
        Generation said = ((Answer.Given) model.generate(List.of(request)).getFirst()).generation();
        drafts.learn("gate", prompt, said);
        frames++;
      }
    }
    return frames;
  }

  private void latency(int rounds) throws Exception {
    List<Double> alone = new ArrayList<>();
    List<Double> beside = new ArrayList<>();
    int replayed = 0;
    for (int round = 0; round < rounds; round++) {
      alone.addAll(window());
      try (WatchwordProcess command =
          start("replay", clip.toString(), "--new", "--prompt", PROMPT, "--sample", "12/s")) {
        String id = command.awaitLine("replay (\\d{8}-\\d{6}-\\w{4})$", LIMIT);
        TimeUnit.SECONDS.sleep(SETTLE.toSeconds());
        beside.addAll(window());
        replayed += (int) records(id).getLast().getAnswered();
      }
      TimeUnit.SECONDS.sleep(SETTLE.toSeconds());
    }
    System.out.printf(
        "%n| %d live cameras at 2/s, milliseconds from capture to detection, load %.1f | p50 | p99 | frames |%n|---|---|---|---|%n",
        CAMERAS, ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    Sample without = Sample.of(alone);
    Sample with = Sample.of(beside);
    row("without a replay", without, alone.size());
    row("with one beside (" + replayed + " frames of it answered)", with, beside.size());
    System.out.printf(
        "| change | %+.0f %% | %+.0f %% | |%n",
        100 * (with.median() / without.median() - 1),
        100 * (with.quantile(0.99) / without.quantile(0.99) - 1));
  }

  private static void row(String what, Sample sample, int frames) {
    System.out.printf(
        "| %s | %.1f | %.1f | %d |%n", what, sample.median(), sample.quantile(0.99), frames);
  }

  private List<Double> window() throws Exception {
    Instant from = Instant.now();
    TimeUnit.SECONDS.sleep(WINDOW.toSeconds());
    return broker.read(Topic.DETECTIONS, FrameDetections.class).stream()
        .filter(answer -> answer.getCapturedAt().isAfter(from))
        .map(
            answer ->
                Duration.between(answer.getCapturedAt(), answer.getCompletedAt()).toNanos() / 1e6)
        .toList();
  }
}
