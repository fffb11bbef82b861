package dev.watchword.bench;

import dev.watchword.paligemma.Decoding;
import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.EmbeddedCheckpoint;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.paligemma.Timings;
import dev.watchword.simulator.DrawnScene;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;

/**
 * Our frames per second against transformers on PyTorch: the same checkpoint, pictures, prompt and
 * number of threads, in turn, with the answers compared token for token. {@code bench/run model
 * [DIR [PICTURES [ROUNDS [free]]]]}; free leaves the grammar out, which only trained checkpoints
 * keep to by themselves.
 */
final class ModelSpeed {
  private static final String PROMPT = "detect person ; car ; truck ; bag";
  private static final long FIRST_SEED = 800_000;

  private final PaliGemma model;
  private final Reference reference;
  private final List<RgbImage> pictures;
  private final int rounds;
  private final int maxNewTokens;

  private ModelSpeed(
      PaliGemma model, Reference reference, List<RgbImage> pictures, int rounds, int maxNewTokens) {
    this.model = model;
    this.reference = reference;
    this.pictures = pictures;
    this.rounds = rounds;
    this.maxNewTokens = maxNewTokens;
  }

  static void run(Path home, List<String> arguments) throws Exception {
    Path directory = Files.createTempDirectory("watchword-bench");
    Path checkpoint =
        arguments.isEmpty()
            ? EmbeddedCheckpoint.extractTo(directory.resolve("checkpoint"))
            : Path.of(arguments.get(0));
    int count = arguments.size() > 1 ? Integer.parseInt(arguments.get(1)) : 64;
    int rounds = arguments.size() > 2 ? Integer.parseInt(arguments.get(2)) : 7;
    List<RgbImage> pictures = draw(Files.createDirectory(directory.resolve("pictures")), count);
    boolean free = arguments.size() > 3 && arguments.get(3).equals("free");
    ModelOptions options = ModelOptions.defaults().withDecoding(Decoding.fast().withGrammar(!free));
    try (Reference reference =
            Reference.start(home, checkpoint, directory.resolve("pictures"), options.threads());
        PaliGemma model = PaliGemma.load(checkpoint, options)) {
      System.out.printf(
          "%s, %d pictures of 640x480, \"%s\", PyTorch %s, %d threads, %d rounds%n%n",
          model.id().checkpoint(), count, PROMPT, reference.torch(), options.threads(), rounds);
      new ModelSpeed(model, reference, pictures, rounds, options.maxNewTokens()).compare();
    }
    memory(checkpoint);
  }

  private static List<RgbImage> draw(Path folder, int count) throws IOException {
    List<RgbImage> pictures = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      BufferedImage picture = DrawnScene.still(FIRST_SEED + i, 640, 480).picture();
      ImageIO.write(picture, "png", folder.resolve("%04d.png".formatted(i)).toFile());
      pictures.add(RgbImage.of(picture));
    }
    return pictures;
  }

  private void compare() throws IOException {
    System.out.println(
        "| batch | ours, frames/s | transformers, frames/s | ratio of a round | ratio of CPU seconds | same tokens |");
    System.out.println("|---|---|---|---|---|---|");
    Map<Integer, Timings> stages = new TreeMap<>();
    for (int batch : new int[] {1, 8}) {
      ours(batch, stages);
      reference.round(batch, maxNewTokens, PROMPT);
      List<Round> ours = new ArrayList<>();
      List<Round> theirs = new ArrayList<>();
      for (int i = 0; i < rounds; i++) {
        ours.add(ours(batch, stages));
        theirs.add(reference.round(batch, maxNewTokens, PROMPT));
      }
      System.out.printf(
          "| %d | %.1f | %.1f | %.2f | %.2f | %d of %d |%n",
          batch,
          pictures.size() / median(ours, Round::wall),
          pictures.size() / median(theirs, Round::wall),
          ratio(theirs, ours, Round::wall),
          ratio(theirs, ours, Round::cpu),
          ours.getFirst().same(theirs.getFirst()),
          pictures.size());
    }
    System.out.printf(
        "%nMilliseconds of a frame by stage:%n%n| batch | resize | vision | prefill | decode |%n|---|---|---|---|---|%n");
    stages.forEach(
        (batch, timings) ->
            System.out.printf(
                "| %d | %.1f | %.1f | %.1f | %.1f |%n",
                batch,
                perFrame(timings, Timings::preprocess),
                perFrame(timings, Timings::vision),
                perFrame(timings, Timings::prefill),
                perFrame(timings, Timings::decode)));
  }

  private Round ours(int batch, Map<Integer, Timings> stages) {
    DetectPrompt prompt = DetectPrompt.parse(PROMPT);
    List<List<Integer>> tokens = new ArrayList<>();
    Timings sum = new Timings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);
    long wall = System.nanoTime();
    double cpu = cpuSeconds();
    for (int start = 0; start < pictures.size(); start += batch) {
      List<RgbImage> images = pictures.subList(start, Math.min(pictures.size(), start + batch));
      List<Generation> generations =
          model.generate(images.stream().map(image -> new Request(image, prompt)).toList());
      generations.forEach(generation -> tokens.add(generation.tokenIds()));
      sum = plus(sum, generations.getFirst().timings());
    }
    cpu = cpuSeconds() - cpu;
    stages.put(batch, sum);
    return new Round((System.nanoTime() - wall) / 1e9, cpu, tokens);
  }

  private static Timings plus(Timings one, Timings other) {
    return new Timings(
        one.preprocess().plus(other.preprocess()),
        one.vision().plus(other.vision()),
        one.prefill().plus(other.prefill()),
        one.decode().plus(other.decode()));
  }

  private double perFrame(Timings timings, Function<Timings, Duration> stage) {
    return stage.apply(timings).toNanos() / 1e6 / pictures.size();
  }

  private static double median(List<Round> rounds, ToDoubleFunction<Round> what) {
    return Sample.of(rounds.stream().map(what::applyAsDouble).toList()).median();
  }

  private static double ratio(List<Round> above, List<Round> below, ToDoubleFunction<Round> what) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < above.size(); i++) {
      ratios.add(what.applyAsDouble(above.get(i)) / what.applyAsDouble(below.get(i)));
    }
    return Sample.of(ratios).median();
  }

  private static double cpuSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
  }

  private static void memory(Path checkpoint) throws IOException {
    long weights;
    try (var files = Files.list(checkpoint)) {
      weights =
          files
              .filter(file -> file.toString().endsWith(".safetensors"))
              .mapToLong(file -> file.toFile().length())
              .sum();
    }
    System.out.printf(
        "%nPeak resident memory of this JVM: %d MiB; weights on disk: %.1f MiB.%n",
        ProcessMemory.peakMebibytes(), weights / 1048576.0);
  }
}
