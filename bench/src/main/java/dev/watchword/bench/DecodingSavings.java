package dev.watchword.bench;

import dev.watchword.paligemma.Decoding;
import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.Drafts;
import dev.watchword.paligemma.Effort;
import dev.watchword.paligemma.EmbeddedCheckpoint;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.Precision;
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
import java.util.Random;
import java.util.function.Function;

/**
 * What each saving of {@link Decoding} is worth: passes and processor time a frame, one frame at a
 * time on one thread, and whether the answers stay those of plain greedy decoding. {@code bench/run
 * decoding [DIR [FRAMES [ROUNDS]]]}.
 */
final class DecodingSavings {
  private static final String PROMPT = "detect person ; car ; truck ; bag";
  private static final long FIRST_SEED = 810_000;
  private static final int STILL_FRAME = 450;
  private static final int SLOW = 60;
  private static final int BUSY = 5;
  private static final int SECONDS = 30;
  private static final int SECONDS_BEFORE = 15;

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
    savings.compare("a still scene: fresh sensor noise alone", still(frames));
    savings.compare(
        "a slow scene: things move for 1/%d s between frames".formatted(SLOW), scene(SLOW, frames));
    savings.compare("a busy scene: sampled %d times a second".formatted(BUSY), scene(BUSY, frames));
    savings.compare("unrelated scenes", stills(frames));
  }

  private static List<RgbImage> stills(int frames) {
    List<RgbImage> images = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      images.add(RgbImage.of(DrawnScene.still(FIRST_SEED + i, 640, 480).picture()));
    }
    return images;
  }

  /** One picture with the noise of a sensor, two levels strong, drawn anew each time. */
  private static List<RgbImage> still(int frames) {
    RgbImage picture = RgbImage.of(scene(30).frame(STILL_FRAME).picture());
    Random random = new Random(1);
    List<RgbImage> images = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      byte[] noisy = picture.rgb().clone();
      for (int j = 0; j < noisy.length; j++) {
        int level = (noisy[j] & 0xff) + (int) Math.round(2 * random.nextGaussian());
        noisy[j] = (byte) Math.clamp(level, 0, 255);
      }
      images.add(new RgbImage(picture.width(), picture.height(), noisy));
    }
    return images;
  }

  private static DrawnScene scene(int framesPerSecond) {
    return new DrawnScene(4, 640, 480, framesPerSecond, SECONDS * framesPerSecond);
  }

  /** Consecutive frames from the middle of the one scene, which show several moving things. */
  private static List<RgbImage> scene(int framesPerSecond, int frames) {
    int first = SECONDS_BEFORE * framesPerSecond;
    DrawnScene scene = scene(framesPerSecond);
    List<RgbImage> images = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      images.add(RgbImage.of(scene.frame(first + i).picture()));
    }
    return images;
  }

  private static Map<String, ModelOptions> variants() {
    ModelOptions one = ModelOptions.defaults().withThreads(1);
    Decoding plain = Decoding.plain();
    Decoding grammar = plain.withGrammar(true);
    Map<String, ModelOptions> variants = new LinkedHashMap<>();
    variants.put("plain, free", one.withDecoding(plain));
    variants.put("plain, grammar", one.withDecoding(grammar));
    variants.put("+ restricted head", one.withDecoding(grammar.withRestrictedHead(true)));
    variants.put(
        "+ jump-ahead", one.withDecoding(grammar.withRestrictedHead(true).withJumpAhead(true)));
    variants.put("+ last-layer pruning", one.withDecoding(Decoding.fast().withDrafts(false)));
    variants.put("+ drafts", one.withDecoding(Decoding.fast()));
    variants.put("+ every frame checked", one.withDecoding(Decoding.fast().withAgreementEvery(1)));
    variants.put("+ drafts, int8", one.withPrecision(Precision.INT8));
    return variants;
  }

  private void compare(String name, List<RgbImage> images) throws Exception {
    System.out.printf(
        "%n%d frames: %s, \"%s\"%n%n| decoding | tokens | passes | draft taken | CPU ms | prefill ms | decode ms | same answers | unforced | as if free |%n|---|---|---|---|---|---|---|---|---|---|%n",
        images.size(), name, PROMPT);
    List<Generation> expected = List.of();
    for (Map.Entry<String, ModelOptions> variant : variants().entrySet()) {
      try (PaliGemma model = PaliGemma.load(checkpoint, variant.getValue())) {
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
