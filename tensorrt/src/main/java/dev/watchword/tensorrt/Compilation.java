package dev.watchword.tensorrt;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.graph.PlanGraphs;
import dev.watchword.tensorrt.nvidia.DeviceRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Has the plans of a checkpoint built, one after the other, each in a process of its own. When that
 * is cut off, what is finished is there for the next time.
 */
public final class Compilation {
  /** In the order in which they are built. */
  static final List<String> PLANS =
      List.of(DeviceRuntime.PREFILL, DeviceRuntime.STEP, DeviceRuntime.WHOLE_HEAD);

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
    return run(checkpoint, PaliGemma.plans(checkpoint, options.model(), options.shapes())).folder();
  }

  PlanCache.Entry run(Path checkpoint, PlanGraphs graphs) throws CheckpointException {
    Probe.Found machine = probe.toCompile(options.device());
    progress.accept(
        "%s, compute capability %s, TensorRT %s"
            .formatted(machine.gpu().name(), machine.gpu().capability(), machine.tensorRt()));
    PlanProcess process = new PlanProcess(checkpoint, options, progress);
    try {
      return new PlanCache(options.plans())
          .findOrBuild(PlanKey.of(graphs, machine), PLANS, process::build);
    } catch (IOException e) {
      throw new CheckpointException(
          "The plans cannot be written to %s: %s".formatted(options.plans(), e), e);
    }
  }
}
