package dev.watchword.bench;

import dev.watchword.paligemma.Decoding;
import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.Drafts;
import dev.watchword.paligemma.Effort;
import dev.watchword.paligemma.EmbeddedCheckpoint;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.paligemma.Timings;
import dev.watchword.simulator.DrawnScene;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What each saving of {@link Decoding} is worth: passes and processor time a frame, one frame at a
 * time on one thread, and whether the answers stay those of plain greedy decoding. {@code bench/run
 * decoding [DIR [FRAMES [ROUNDS]]]}.
 */
final class DecodingSavings {
  private static final String PROMPT = "detect person ; car ; truck ; bag";
  private static final long FIRST_SEED = 810_000;
  private static final int SAMPLED_PER_SECOND = 5;

  private final Path checkpoint;
  private final int rounds;

  private DecodingSavings(Path checkpoint, int rounds) {
    this.checkpoint = checkpoint;
    this.rounds = rounds;
  }

  static void run(List<String> arguments) throws Exception {
    Path checkpoint =
        arguments.isEmpty()
            ? EmbeddedCheckpoint.extractTo(Files.createTempDirectory("watchword-bench"))
            : Path.of(arguments.get(0));
    int frames = arguments.size() > 1 ? Integer.parseInt(arguments.get(1)) : 64;
    int rounds = arguments.size() > 2 ? Integer.parseInt(arguments.get(2)) : 5;
    DecodingSavings savings = new DecodingSavings(checkpoint, rounds);
    savings.compare("unrelated still scenes", stills(frames));
    savings.compare("one still scene, fresh sensor noise", still(frames));
    savings.compare("one moving scene, %d frames/s".formatted(SAMPLED_PER_SECOND), moving(frames));
  }

  private static List<RgbImage> stills(int frames) {
    List<RgbImage> images = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      images.add(RgbImage.of(DrawnScene.still(FIRST_SEED + i, 640, 480).picture()));
    }
    return images;
  }

  /** Neighbouring frames of a fast camera: hardly anything moves. */
  private static List<RgbImage> still(int frames) {
    DrawnScene scene = new DrawnScene(4, 640, 480, 240, 7200);
    List<RgbImage> images = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      images.add(RgbImage.of(scene.frame(3600 + i).picture()));
    }
    return images;
  }

  private static List<RgbImage> moving(int frames) {
    DrawnScene scene =
        new DrawnScene(4, 640, 480, SAMPLED_PER_SECOND, Math.max(frames, 30 * SAMPLED_PER_SECOND));
    List<RgbImage> images = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      images.add(RgbImage.of(scene.frame(i).picture()));
    }
    return images;
  }

  private static Map<String, Decoding> variants() {
    Decoding plain = Decoding.plain();
    Decoding grammar = plain.withGrammar(true);
    Map<String, Decoding> variants = new LinkedHashMap<>();
    variants.put("plain, free", plain);
    variants.put("plain, grammar", grammar);
    variants.put("+ restricted head", grammar.withRestrictedHead(true));
    variants.put("+ jump-ahead", grammar.withRestrictedHead(true).withJumpAhead(true));
    variants.put("+ last-layer pruning", Decoding.fast().withDrafts(false));
    variants.put("+ drafts", Decoding.fast());
    variants.put("+ every frame checked", Decoding.fast().withAgreementEvery(1));
    return variants;
  }

  private void compare(String name, List<RgbImage> images) throws Exception {
    System.out.printf(
        "%n%d frames: %s, \"%s\"%n%n| decoding | tokens | passes | draft taken | CPU ms | prefill ms | decode ms | same answers | unforced | as if free |%n|---|---|---|---|---|---|---|---|---|---|%n",
        images.size(), name, PROMPT);
    List<Generation> expected = List.of();
    for (Map.Entry<String, Decoding> variant : variants().entrySet()) {
      ModelOptions options =
          ModelOptions.defaults().withThreads(1).withDecoding(variant.getValue());
      try (PaliGemma model = PaliGemma.load(checkpoint, options)) {
        List<Generation> answers = ask(model, images);
        double best = Double.MAX_VALUE;
        double prefill = Double.MAX_VALUE;
        double decode = Double.MAX_VALUE;
        for (int i = 0; i < rounds; i++) {
          long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
          answers = ask(model, images);
          long spent = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
          best = Math.min(best, spent / 1e6 / images.size());
          prefill = Math.min(prefill, millis(answers, Timings::prefill));
          decode = Math.min(decode, millis(answers, Timings::decode));
        }
        expected = expected.isEmpty() ? answers : expected;
        print(variant.getKey(), answers, expected, best, prefill, decode);
      }
    }
  }

  private static double millis(List<Generation> answers, Function<Timings, Duration> stage) {
    long nanos = answers.stream().mapToLong(one -> stage.apply(one.timings()).toNanos()).sum();
    return nanos / 1e6 / answers.size();
  }

  private static List<Generation> ask(PaliGemma model, List<RgbImage> images) {
    DetectPrompt prompt = DetectPrompt.parse(PROMPT);
    List<Generation> answers = new ArrayList<>();
    Drafts drafts = new Drafts(1);
    for (RgbImage image : images) {
      Request request = new Request(image, prompt, drafts.draft("camera", prompt));
      answers.add(model.generate(List.of(request)).getFirst());
      drafts.learn("camera", prompt, answers.getLast());
    }
    return answers;
  }

  private static void print(
      String name,
      List<Generation> answers,
      List<Generation> expected,
      double millis,
      double prefill,
      double decode) {
    double frames = answers.size();
    int same = 0;
    int tokens = 0;
    int passes = 0;
    int accepted = 0;
    int drafted = 0;
    int unforced = 0;
    int free = 0;
    boolean checked = false;
    for (int i = 0; i < frames; i++) {
      Effort effort = answers.get(i).effort();
      same += answers.get(i).tokenIds().equals(expected.get(i).tokenIds()) ? 1 : 0;
      tokens += answers.get(i).tokens();
      passes += effort.passes();
      drafted += effort.drafted();
      accepted += effort.accepted();
      unforced += effort.unforced();
      free += effort.free().orElse(0);
      checked |= effort.free().isPresent();
    }
    System.out.printf(
        "| %s | %.2f | %.2f | %s | %.2f | %.2f | %.2f | %d of %d | %d of %d | %s |%n",
        name,
        tokens / frames,
        passes / frames,
        drafted == 0 ? "" : "%d of %d".formatted(accepted, drafted),
        millis,
        prefill,
        decode,
        same,
        answers.size(),
        unforced,
        tokens,
        checked ? "%d of %d".formatted(free, tokens) : "");
  }
}
