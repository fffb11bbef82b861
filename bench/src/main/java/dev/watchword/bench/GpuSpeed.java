package dev.watchword.bench;

import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.EngineModel;
import dev.watchword.tensorrt.Probe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Frames per second of a PaliGemma 3B, 224 px, on TensorRT, from pictures in memory to boxes, and
 * which share of the hardware's limit that is, for GPUs whose limits are known: {@code gpu DIR
 * PLANS BATCHES [CALLERS]}; several callers share the frames, so that the first passes of one
 * overlap the steps of another. Answers are cut off after as many tokens as 0, 1 and 4 boxes take;
 * pictures are small, so that the processor's resizing is not what is measured.
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
    String batches = arguments.get(2);
    int callers = arguments.size() > 3 ? Integer.parseInt(arguments.get(3)) : 1;
    int frames = Integer.parseInt(batches.substring(batches.lastIndexOf(',') + 1));
    Limits limits = Limits.of(Probe.ofThisMachine().toRun(0).gpu().name());
    System.out.println(
        "| TensorRT, frames | callers | tokens | frames/s | of the limit | passes |");
    System.out.println("|---|---|---|---|---|---|");
    for (int tokens : TOKENS) {
      Map<String, String> options =
          Map.of(
              "precision",
              "bf16",
              "batch",
              batches,
              "plans",
              plans.toString(),
              "max-new-tokens",
              Integer.toString(tokens));
      try (EngineModel model = EngineModel.load("TensorRT", checkpoint, options);
          ExecutorService threads = Executors.newFixedThreadPool(callers)) {
        List<Caller> all = callers(model, frames, callers);
        measure(threads, all, WARM_UP);
        double seconds = measure(threads, all, ROUNDS);
        System.out.println(row(limits, frames, tokens, seconds, all));
      }
    }
  }

  /** Asks about its part of the frames, again and again. */
  private static final class Caller {
    private final EngineModel model;
    private final List<Request> requests;
    private List<Answer> answers = List.of();

    Caller(EngineModel model, List<Request> requests) {
      this.model = model;
      this.requests = requests;
    }

    Void ask(int rounds) throws InterruptedException {
      for (int round = 0; round < rounds; round++) {
        answers = model.generate(requests);
      }
      return null;
    }
  }

  private static List<Caller> callers(EngineModel model, int frames, int callers) {
    Random random = new Random(frames);
    List<Caller> all = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      List<Request> requests = new ArrayList<>();
      for (int j = 0; j < frames / callers; j++) {
        byte[] rgb = new byte[224 * 224 * 3];
        random.nextBytes(rgb);
        requests.add(
            new Request(new RgbImage(224, 224, rgb), DetectPrompt.parse("detect person ; car")));
      }
      all.add(new Caller(model, requests));
    }
    return all;
  }

  /** Seconds for all frames, over all rounds; no caller waits for another between them. */
  private static double measure(ExecutorService threads, List<Caller> all, int rounds)
      throws Exception {
    List<Callable<Void>> asking =
        all.stream().<Callable<Void>>map(caller -> () -> caller.ask(rounds)).toList();
    long start = System.nanoTime();
    for (Future<Void> one : threads.invokeAll(asking)) {
      one.get();
    }
    return (System.nanoTime() - start) / 1e9 / rounds;
  }

  private static String row(
      Limits limits, int frames, int tokens, double seconds, List<Caller> all) {
    List<Answer> answers = all.stream().flatMap(caller -> caller.answers.stream()).toList();
    double said = answers.stream().mapToLong(a -> a.usage().completionTokens()).average().orElse(0);
    double passes =
        answers.stream()
            .mapToInt(answer -> ((Answer.Given) answer).generation().effort().passes())
            .average()
            .orElse(0);
    return "| %d | %d | %.1f (asked %d) | %.1f | %.0f %% | %.1f |"
        .formatted(
            frames,
            all.size(),
            said,
            tokens,
            frames / seconds,
            100 * limits.seconds(frames, passes) / seconds,
            passes);
  }
}
