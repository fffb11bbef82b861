package dev.watchword.bench;

import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.EngineModel;
import dev.watchword.tensorrt.Probe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Frames per second of a PaliGemma 3B, 224 px, on TensorRT, from pictures in memory to boxes, and
 * which share of the hardware's limit that is, for GPUs whose limits are known: {@code gpu DIR
 * PLANS BATCH}. Answers are cut off after as many tokens as 0, 1 and 4 boxes take; pictures are
 * small, so that the processor's resizing is not what is measured.
 */
final class GpuSpeed {
  private static final int[] TOKENS = {1, 6, 27};
  private static final int WARM_UP = 3;
  private static final int ROUNDS = 7;

  /** What the model needs: vision and prefill of 268 positions; a step over the restricted head. */
  private static final double FLOPS_OF_FRAME = 1.29e12;

  private static final double BYTES_OF_STEP = 3.96e9;

  /**
   * What a GPU can do at most in bf16: large matrix products as measured, memory as its maker says.
   */
  private record Limits(String name, double flops, double bytesPerSecond) {
    private static final List<Limits> KNOWN =
        List.of(new Limits("H200", 790e12, 4.8e12), new Limits("H100", 790e12, 3.35e12));

    static Limits of(String gpu) {
      return KNOWN.stream()
          .filter(limits -> gpu.contains(limits.name))
          .findFirst()
          .orElse(new Limits(gpu, Double.NaN, Double.NaN));
    }

    double seconds(int batch, double passes) {
      return batch * FLOPS_OF_FRAME / flops + (passes - 1) * BYTES_OF_STEP / bytesPerSecond;
    }
  }

  private GpuSpeed() {}

  static void run(List<String> arguments) throws Exception {
    Path checkpoint = Path.of(arguments.get(0));
    Path plans = Path.of(arguments.get(1));
    String batch = arguments.get(2);
    Limits limits = Limits.of(Probe.ofThisMachine().toRun(0).gpu().name());
    System.out.println("| TensorRT, batch | tokens | frames/s | of the limit | passes |");
    System.out.println("|---|---|---|---|---|");
    for (int tokens : TOKENS) {
      Map<String, String> options =
          Map.of(
              "precision",
              "bf16",
              "batch",
              batch,
              "plans",
              plans.toString(),
              "max-new-tokens",
              Integer.toString(tokens));
      try (EngineModel model = EngineModel.load("TensorRT", checkpoint, options)) {
        measure(model, limits, Integer.parseInt(batch), tokens);
      }
    }
  }

  private static void measure(EngineModel model, Limits limits, int batch, int tokens)
      throws InterruptedException {
    Random random = new Random(batch);
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < batch; i++) {
      byte[] rgb = new byte[224 * 224 * 3];
      random.nextBytes(rgb);
      requests.add(
          new Request(new RgbImage(224, 224, rgb), DetectPrompt.parse("detect person ; car")));
    }
    double[] seconds = new double[ROUNDS];
    double said = 0;
    double passes = 0;
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      long start = System.nanoTime();
      List<Answer> answers = model.generate(requests);
      if (round >= 0) {
        seconds[round] = (System.nanoTime() - start) / 1e9;
      }
      said = answers.stream().mapToLong(one -> one.usage().completionTokens()).average().orElse(0);
      passes =
          answers.stream()
              .mapToInt(one -> ((Answer.Given) one).generation().effort().passes())
              .average()
              .orElse(0);
    }
    Arrays.sort(seconds);
    double rate = batch / seconds[ROUNDS / 2];
    System.out.printf(
        "| %d | %.1f (asked %d) | %.1f | %.0f %% | %.1f |%n",
        batch, said, tokens, rate, 100 * rate * limits.seconds(batch, passes) / batch, passes);
  }
}
