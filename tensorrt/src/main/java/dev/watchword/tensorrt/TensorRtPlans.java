package dev.watchword.tensorrt;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.graph.PlanGraphs;
import dev.watchword.paligemma.plan.PlanLoader;
import dev.watchword.paligemma.plan.PlanRuntime;
import dev.watchword.tensorrt.nvidia.DeviceRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds a model's plans, or has them built, and loads them onto the GPU. */
final class TensorRtPlans implements PlanLoader {
  private static final Logger log = LoggerFactory.getLogger(TensorRtPlans.class);

  private final Probe probe;
  private final Path checkpoint;
  private final TensorRtOptions options;

  TensorRtPlans(Probe probe, Path checkpoint, TensorRtOptions options) {
    this.probe = probe;
    this.checkpoint = checkpoint;
    this.options = options;
  }

  @Override
  public String engine() {
    return TensorRtEngine.NAME;
  }

  @Override
  public PlanRuntime load(PlanGraphs graphs) throws CheckpointException {
    Probe.Found machine = probe.toRun(options.device());
    try {
      PlanCache cache = new PlanCache(options.plans());
      PlanKey key = PlanKey.of(graphs, machine);
      if (cache.find(key).isEmpty()) {
        probe.toCompile(options.device());
        log.atInfo()
            .addKeyValue("checkpoint", checkpoint)
            .addKeyValue("gpu", machine.gpu().name())
            .addKeyValue("plans", options.plans().resolve(key.digits()))
            .log("building plans, which takes minutes and is done once");
        new CompileProcess(checkpoint, options).run();
      }
      PlanCache.Entry entry =
          cache
              .find(key)
              .orElseThrow(
                  () ->
                      new CheckpointException(
                          "%s has no plans of %s after they were built: free some space and try again."
                              .formatted(options.plans(), checkpoint)));
      prepareBindings(machine);
      return DeviceRuntime.load(graphs, plans(entry), machine.gpu().index());
    } catch (IOException e) {
      throw new CheckpointException(
          "The plans in %s cannot be read or written: %s".formatted(options.plans(), e), e);
    } catch (IllegalStateException e) {
      throw new CheckpointException(e.getMessage(), e);
    }
  }

  private void prepareBindings(Probe.Found machine) throws IOException {
    EmptyLibrary.load(machine.missing(), options.plans().resolve("empty"));
  }

  private static Map<String, Path> plans(PlanCache.Entry entry) {
    return Map.of(
        DeviceRuntime.PREFILL, entry.folder().resolve(DeviceRuntime.PREFILL),
        DeviceRuntime.STEP, entry.folder().resolve(DeviceRuntime.STEP),
        DeviceRuntime.WHOLE_HEAD, entry.folder().resolve(DeviceRuntime.WHOLE_HEAD));
  }
}
