package dev.watchword.app;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.Detection;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.paligemma.TaskPrompt;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.EngineModel;
import dev.watchword.paligemma.engine.OnnxRuntimeEngine;
import dev.watchword.simulator.DrawnScene;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code watchword model verify}: an engine's answers against those of ONNX Runtime. */
@Command(
    name = "verify",
    description = {
      "Asks an engine and ONNX Runtime in 32-bit floats about the same drawn scenes, and prints a table.",
      "Exit code 1 when fewer answers than --agree are token for token the same."
    },
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  /** The held-out scenes begin here, as in our measurements of accuracy. */
  private static final long FIRST_SEED = 900_000;

  private static final int BATCH = 8;

  @Parameters(paramLabel = "DIR", description = "A PaliGemma checkpoint directory.")
  private Path directory;

  @Mixin private ModelCommand.PlanOptions options;

  @Option(
      names = "--frames",
      paramLabel = "N",
      defaultValue = "64",
      description = "How many scenes. Default: ${DEFAULT-VALUE}.")
  private int frames;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      defaultValue = "detect person ; car ; truck ; bag",
      description = "Default: ${DEFAULT-VALUE}.")
  private String prompt;

  @Option(
      names = "--agree",
      paramLabel = "PART",
      description =
          "Which part of the answers must be the same. Default: 1 for fp32, none otherwise.")
  private Double agree;

  /** What one engine said, and how long it took. */
  private record Said(String engine, String precision, List<Generation> answers, double seconds) {}

  @Override
  public Integer call() throws CheckpointException, InterruptedException {
    TaskPrompt asked = prompt();
    if (frames < 1) {
      throw new CommandFailure("--frames must be at least 1, not " + frames);
    }
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      requests.add(
          new Request(RgbImage.of(DrawnScene.still(FIRST_SEED + i, 640, 480).picture()), asked));
    }
    // The engine first: where it cannot run, nobody waits for the other.
    Said other = ask(options.engine(), options.texts(), requests);
    Said reference = ask(OnnxRuntimeEngine.NAME, Map.of(), requests);
    return print(reference, other) ? 0 : 1;
  }

  private TaskPrompt prompt() {
    try {
      return DetectPrompt.parse(prompt);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(e.getMessage(), e);
    }
  }

  private Said ask(String engine, Map<String, String> texts, List<Request> requests)
      throws CheckpointException, InterruptedException {
    try (EngineModel model = EngineModel.load(engine, directory, texts)) {
      List<Generation> answers = new ArrayList<>();
      long start = System.nanoTime();
      for (int from = 0; from < requests.size(); from += BATCH) {
        List<Request> batch = requests.subList(from, Math.min(requests.size(), from + BATCH));
        for (Answer answer : model.generate(batch)) {
          answers.add(generation(answer));
        }
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      return new Said(engine, model.id().precision(), answers, seconds);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(e.getMessage(), e);
    }
  }

  private static Generation generation(Answer answer) {
    return switch (answer) {
      case Answer.Given given -> given.generation();
      case Answer.Failed failed -> throw new CommandFailure(failed.failure());
    };
  }

  /** Whether enough answers are the same. */
  private boolean print(Said reference, Said other) {
    int same = 0;
    int boxes = 0;
    int found = 0;
    double overlap = 0;
    double least = 1;
    for (int i = 0; i < frames; i++) {
      Generation one = reference.answers.get(i);
      Generation two = other.answers.get(i);
      same += one.tokenIds().equals(two.tokenIds()) ? 1 : 0;
      for (Detection box : one.detections()) {
        boxes++;
        double best = best(box, two.detections());
        found += best >= 0.5 ? 1 : 0;
        overlap += best;
        least = Math.min(least, best);
      }
    }
    System.out.printf(
        "%-22s %8s %12s %7s %10s %9s %9s %9s%n",
        "engine", "frames", "same tokens", "boxes", "IoU >= .5", "mean IoU", "least", "frames/s");
    System.out.printf(
        "%-22s %8d %12s %7d %10s %9s %9s %9.1f%n",
        name(reference), frames, "", boxes, "", "", "", frames / reference.seconds);
    System.out.printf(
        "%-22s %8d %12d %7d %10d %9.4f %9.4f %9.1f%n",
        name(other),
        frames,
        same,
        other.answers.stream().mapToInt(answer -> answer.detections().size()).sum(),
        found,
        boxes == 0 ? 1 : overlap / boxes,
        least,
        frames / other.seconds);
    double needed = agree != null ? agree : other.precision.equals("float32") ? 1 : 0;
    return same >= needed * frames;
  }

  private static String name(Said said) {
    return said.engine + " " + said.precision;
  }

  private static double best(Detection box, List<Detection> others) {
    return others.stream()
        .filter(other -> other.label().equals(box.label()))
        .mapToDouble(other -> other.box().iou(box.box()))
        .max()
        .orElse(0);
  }
}
