package dev.watchword.tensorrt;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.graph.PlanGraphs;
import dev.watchword.paligemma.plan.PlanLoader;
import dev.watchword.paligemma.plan.PlanRuntime;
import dev.watchword.tensorrt.nvidia.DeviceRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
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
      PlanKey key = PlanKey.of(graphs, machine);
      Optional<PlanCache.Entry> found = new PlanCache(options.plans()).find(key);
      PlanCache.Entry entry = found.isPresent() ? found.get() : build(graphs, key);
      prepareBindings(machine);
      return DeviceRuntime.load(graphs, plans(entry), machine.gpu().index());
    } catch (IOException e) {
      throw new CheckpointException(
          "The plans in %s cannot be read or written: %s".formatted(options.plans(), e), e);
    } catch (IllegalStateException e) {
      throw new CheckpointException(e.getMessage(), e);
    }
  }

  private PlanCache.Entry build(PlanGraphs graphs, PlanKey key) throws CheckpointException {
    log.atInfo()
        .addKeyValue("checkpoint", checkpoint)
        .addKeyValue("plans", options.plans().resolve(key.digits()))
        .log("building plans, which takes minutes and is done once");
    Consumer<String> progress =
        step -> log.atInfo().addKeyValue("step", step).log("building plans");
    return new Compilation(probe, options, progress).run(checkpoint, graphs);
  }

  private void prepareBindings(Probe.Found machine) throws IOException {
    EmptyLibrary.load(machine.missing(), options.plans().resolve("empty"));
  }

  private static Map<String, Path> plans(PlanCache.Entry entry) {
    return Compilation.PLANS.stream().collect(Collectors.toMap(p -> p, entry.folder()::resolve));
  }
}
