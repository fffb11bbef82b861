package dev.watchword.app;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.engine.EngineModel;
import dev.watchword.paligemma.engine.OnnxRuntimeEngine;
import dev.watchword.paligemma.graph.Checkpoint;
import dev.watchword.paligemma.graph.ModelConfig;
import dev.watchword.service.config.Suggestion;
import dev.watchword.tensorrt.Compilation;
import dev.watchword.tensorrt.PlanList;
import dev.watchword.tensorrt.Probe;
import dev.watchword.tensorrt.TensorRtEngine;
import dev.watchword.tensorrt.TensorRtOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code watchword model}: a checkpoint, and what engines make of it. */
@Command(
    name = "model",
    description = "Looks at a checkpoint, compiles it for an engine, and verifies its answers.",
    mixinStandardHelpOptions = true,
    subcommands = {ModelCommand.Compile.class, ModelCommand.Inspect.class, VerifyCommand.class})
final class ModelCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw new CommandFailure("name what to do: model inspect DIR, compile DIR or verify DIR");
  }

  /** Which plans are meant. */
  static final class PlanOptions {
    @Option(
        names = "--engine",
        paramLabel = "NAME",
        defaultValue = TensorRtEngine.NAME,
        description = "The engine. Default: ${DEFAULT-VALUE}.")
    private String engine;

    @Option(
        names = "--precision",
        paramLabel = "TYPE",
        description = "bf16, fp16 or fp32; OnnxRuntime has fp32 and int8. Default: bf16, or fp32.")
    private String precision;

    @Option(
        names = "--batch",
        paramLabel = "N,N",
        description = "How many rows a pass may have. Default: 1,8,32.")
    private String batch;

    @Option(
        names = "--plans",
        paramLabel = "DIR",
        description = "Where plans are kept. Default: in the cache of your home directory.")
    private Path plans;

    @Option(names = "--device", paramLabel = "N", description = "Which GPU, from 0.")
    private Integer device;

    String engine() {
      if (!EngineModel.engines().contains(engine)) {
        throw new CommandFailure(
            "there is no engine '%s'; %s"
                .formatted(
                    engine,
                    Suggestion.nearest(engine, EngineModel.engines())
                        .map(near -> "did you mean '" + near + "'?")
                        .orElse("engines: " + String.join(", ", EngineModel.engines()))));
      }
      return engine;
    }

    /** What was said, by the names that engines know. */
    Map<String, String> texts() {
      Map<String, String> texts = new LinkedHashMap<>();
      if (precision != null) {
        texts.put("precision", precision);
      }
      if (engine.equals(TensorRtEngine.NAME)) {
        put(texts, TensorRtOptions.BATCH, batch);
        put(texts, TensorRtOptions.PLANS, plans);
        put(texts, TensorRtOptions.DEVICE, device);
      }
      return texts;
    }

    private static void put(Map<String, String> texts, String name, Object value) {
      if (value != null) {
        texts.put(name, value.toString());
      }
    }

    TensorRtOptions tensorRt() {
      try {
        return TensorRtOptions.read(texts());
      } catch (IllegalArgumentException e) {
        throw new CommandFailure(e.getMessage(), e);
      }
    }
  }

  /** {@code watchword model compile}: builds plans. */
  @Command(
      name = "compile",
      description = {
        "Builds a checkpoint's plans for this machine's GPU, once.",
        "A worker with the same engine, precision and batch finds them; without them it builds them when it starts."
      },
      mixinStandardHelpOptions = true)
  static final class Compile implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "A PaliGemma checkpoint directory.")
    private Path directory;

    @Mixin private PlanOptions options;

    @Override
    public Integer call() throws CheckpointException {
      if (options.engine().equals(OnnxRuntimeEngine.NAME)) {
        throw new CommandFailure("the engine OnnxRuntime takes a checkpoint as it is");
      }
      if (!options.engine().equals(TensorRtEngine.NAME)) {
        throw new CommandFailure("the engine " + options.engine() + " has nothing to compile");
      }
      Path folder =
          new Compilation(Probe.ofThisMachine(), options.tensorRt(), System.out::println)
              .run(directory);
      System.out.println("plans in " + folder);
      return 0;
    }
  }

  /** {@code watchword model inspect}: what a checkpoint is, and its plans. */
  @Command(
      name = "inspect",
      description = "Prints what a checkpoint is and which plans of it there are.",
      mixinStandardHelpOptions = true)
  static final class Inspect implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "A PaliGemma checkpoint directory.")
    private Path directory;

    @Mixin private PlanOptions options;

    @Override
    public Integer call() throws CheckpointException, IOException {
      Checkpoint checkpoint = Checkpoint.open(directory);
      ModelConfig.Vision vision = checkpoint.config().vision();
      ModelConfig.Text text = checkpoint.config().text();
      System.out.printf("revision    %s%n", checkpoint.revision());
      System.out.printf("model       PaliGemma %d%n", text.gemma2() ? 2 : 1);
      System.out.printf(
          "vision      %d px, patch %d, %d tokens, %d layers of %d%n",
          vision.imageSize(),
          vision.patchSize(),
          vision.tokens(),
          vision.layers(),
          vision.hidden());
      System.out.printf(
          "language    %d layers of %d, %d heads over %d, %d tokens%n",
          text.layers(),
          text.hidden(),
          text.heads(),
          text.keyValueHeads(),
          checkpoint.vocabularySize());
      Path plans = options.tensorRt().plans();
      List<PlanList.Plans> there =
          PlanList.in(plans).stream()
              .filter(one -> checkpoint.revision().equals(one.facts().get("checkpoint")))
              .toList();
      System.out.printf("plans       %s in %s%n", there.isEmpty() ? "none" : there.size(), plans);
      there.forEach(Inspect::print);
      return 0;
    }

    private static void print(PlanList.Plans plans) {
      Map<String, String> facts = plans.facts();
      System.out.printf(
          "  %s  TensorRT %s, %s (%s), %s, batches %s, %d MiB, built %s%n",
          plans.folder().getFileName(),
          facts.get("tensorrt"),
          facts.get("gpu"),
          facts.get("capability"),
          facts.get("precision"),
          facts.get("batches"),
          plans.bytes() >> 20,
          plans.built());
    }
  }
}
