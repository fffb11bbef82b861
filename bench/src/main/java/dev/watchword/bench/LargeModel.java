package dev.watchword.bench;

import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.paligemma.TextPrompt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a PaliGemma of 3 billion weights costs on this machine's processors: seconds to load, peak
 * memory, seconds per frame. Takes about 12 GiB of memory.
 */
final class LargeModel {
  private static final int TOKENS = 10;
  private static final int FRAMES = 2;

  private LargeModel() {}

  /**
   * @param arguments the {@code tokenizer.json} of the 257k vocabulary, unless it lies beside the
   *     project in {@code shared/data}
   */
  static void run(Path home, List<String> arguments) throws Exception {
    Path tokenizer =
        arguments.isEmpty()
            ? home.resolve("../shared/data/paligemma-tokenizer.json")
            : Path.of(arguments.getFirst());
    if (!Files.exists(tokenizer)) {
      throw new IllegalArgumentException(
          tokenizer + " is not there: give the tokenizer.json of a PaliGemma checkpoint");
    }
    Path directory = Files.createTempDirectory("watchword-3b");
    try {
      SparseCheckpoint.write(directory, tokenizer);
      measure(directory);
    } finally {
      for (String name : List.of("model.safetensors", "config.json", "tokenizer.json")) {
        Files.deleteIfExists(directory.resolve(name));
      }
      Files.delete(directory);
    }
  }

  private static void measure(Path directory) throws Exception {
    System.out.printf("%n| what | value |%n|---|---|%n");
    long start = System.nanoTime();
    try (PaliGemma model =
        PaliGemma.load(directory, ModelOptions.defaults().withMaxNewTokens(TOKENS))) {
      System.out.printf("| load | %.1f s |%n", seconds(start));
      RgbImage image = new RgbImage(640, 480, new byte[640 * 480 * 3]);
      for (int i = 0; i < FRAMES; i++) {
        start = System.nanoTime();
        model.generate(List.of(new Request(image, new TextPrompt("caption en"))));
        System.out.printf("| frame %d, %d tokens | %.1f s |%n", i + 1, TOKENS, seconds(start));
      }
      System.out.printf("| peak memory | %s |%n", peakMemory());
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static String peakMemory() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .map(line -> line.substring("VmHWM:".length()).strip())
        .findFirst()
        .orElse("unknown");
  }
}
