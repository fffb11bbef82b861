package dev.watchword.tensorrt;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.graph.PlanGraphs;
import dev.watchword.tensorrt.nvidia.DeviceRuntime;
import dev.watchword.tensorrt.nvidia.PlanBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Builds the plans of a checkpoint in this process. TensorRT's bindings cannot free a builder, so
 * do this in a process that ends.
 */
public final class Compilation {
  private final Probe probe;
  private final TensorRtOptions options;
  private final Consumer<String> progress;

  /**
   * @param progress takes a line at each step
   */
  public Compilation(Probe probe, TensorRtOptions options, Consumer<String> progress) {
    this.probe = probe;
    this.options = options;
    this.progress = progress;
  }

  /**
   * @return the folder of the plans
   * @throws CheckpointException with one sentence that says what is wrong with the checkpoint, or
   *     missing on this machine, or that the GPU's memory does not do
   */
  public Path run(Path checkpoint) throws CheckpointException {
    PlanGraphs graphs = PaliGemma.plans(checkpoint, options.model(), options.shapes());
    Probe.Found machine = probe.toCompile(options.device());
    PlanKey key = PlanKey.of(graphs, machine);
    progress.accept(
        "%s, compute capability %s, TensorRT %s"
            .formatted(machine.gpu().name(), machine.gpu().capability(), machine.tensorRt()));
    try {
      PlanCache cache = new PlanCache(options.plans());
      if (cache.find(key).isPresent()) {
        progress.accept("the plans are there already");
      }
      return cache.findOrBuild(key, folder -> build(graphs, machine, folder)).folder();
    } catch (IOException e) {
      throw new CheckpointException(
          "The plans cannot be written to %s: %s".formatted(options.plans(), e), e);
    } catch (IllegalStateException e) {
      throw new CheckpointException(e.getMessage(), e);
    }
  }

  private void build(PlanGraphs graphs, Probe.Found machine, Path folder) throws IOException {
    EmptyLibrary.load(machine.missing(), options.plans().resolve("empty"));
    PlanBuilder builder = new PlanBuilder(graphs, machine.gpu().index(), progress);
    try {
      builder.prefill(folder.resolve(DeviceRuntime.PREFILL));
      builder.step(folder.resolve(DeviceRuntime.STEP));
      builder.wholeHead(folder.resolve(DeviceRuntime.WHOLE_HEAD));
    } catch (CheckpointException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** For {@link CompileProcess}: the checkpoint, then {@code option=value} words. */
  public static void main(String[] arguments) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (int i = 1; i < arguments.length; i++) {
      int at = arguments[i].indexOf('=');
      texts.put(arguments[i].substring(0, at), arguments[i].substring(at + 1));
    }
    try {
      new Compilation(Probe.ofThisMachine(), TensorRtOptions.read(texts), System.out::println)
          .run(Path.of(arguments[0]));
    } catch (CheckpointException e) {
      System.out.println(CompileProcess.FAILURE + e.getMessage());
      System.exit(1);
    }
  }
}
