package dev.watchword.bench;

import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.Precision;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.paligemma.TaskPrompt;
import dev.watchword.paligemma.TextPrompt;
import dev.watchword.paligemma.Timings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a PaliGemma of 3 billion weights costs on this machine's processors: seconds to load, peak
 * memory, seconds per frame. Takes about 12 GiB of memory.
 */
final class LargeModel {
  private static final int TOKENS = 10;
  private static final double GIB = 1 << 30;

  /** In KiB, in which the kernel counts. */
  private static final double GIB_OF_KIB = 1 << 20;

  private static final int FRAMES = 2;

  private LargeModel() {}

  /**
   * @param arguments the precision (float32), and the {@code tokenizer.json} of the 257k
   *     vocabulary, unless it lies beside the project in {@code shared/data}
   */
  static void run(Path home, List<String> arguments) throws Exception {
    Precision precision =
        arguments.isEmpty() ? Precision.FLOAT32 : Precision.parse(arguments.getFirst());
    Path tokenizer =
        arguments.size() < 2
            ? home.resolve("../shared/data/paligemma-tokenizer.json")
            : Path.of(arguments.get(1));
    if (!Files.exists(tokenizer)) {
      throw new IllegalArgumentException(
          tokenizer + " is not there: give the tokenizer.json of a PaliGemma checkpoint");
    }
    Path directory = Files.createTempDirectory("watchword-3b");
    try {
      long floats = SparseCheckpoint.write(directory, tokenizer);
      System.out.printf("%n| %s | value |%n|---|---|%n", precision);
      System.out.printf("| weights that run, as float32 | %.2f GiB |%n", floats / GIB);
      measure(directory, precision);
    } finally {
      for (String name : List.of("model.safetensors", "config.json", "tokenizer.json")) {
        Files.deleteIfExists(directory.resolve(name));
      }
      Files.delete(directory);
    }
  }

  private static void measure(Path directory, Precision precision) throws Exception {
    long start = System.nanoTime();
    ModelOptions options =
        ModelOptions.defaults().withMaxNewTokens(TOKENS).withPrecision(precision);
    try (PaliGemma model = PaliGemma.load(directory, options)) {
      System.out.printf("| load | %.1f s |%n", seconds(start));
      memory("load");
      for (int i = 0; i < FRAMES; i++) {
        ask(model, DetectPrompt.parse("detect person ; car"));
      }
      memory("detect");
      ask(model, TextPrompt.caption("en"));
      memory("caption, over the whole vocabulary");
    }
  }

  private static void ask(PaliGemma model, TaskPrompt prompt) {
    RgbImage image = new RgbImage(640, 480, new byte[640 * 480 * 3]);
    long start = System.nanoTime();
    Generation generation = model.generate(List.of(new Request(image, prompt))).getFirst();
    Timings timings = generation.timings();
    System.out.printf(
        "| %s, %d tokens | %.1f s (vision %.1f, prefill %.1f, decode %.1f) |%n",
        prompt.text(),
        generation.tokens(),
        seconds(start),
        timings.vision().toMillis() / 1e3,
        timings.prefill().toMillis() / 1e3,
        timings.decode().toMillis() / 1e3);
  }

  /** What the process holds itself, and what it has looked at of files, which can be dropped. */
  private static void memory(String after) throws IOException {
    System.out.printf(
        "| memory after %s | %.2f GiB, at most %.2f GiB with file pages |%n",
        after, status("RssAnon:") / GIB_OF_KIB, status("VmHWM:") / GIB_OF_KIB);
  }

  private static double status(String key) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith(key))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElse(Double.NaN);
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
