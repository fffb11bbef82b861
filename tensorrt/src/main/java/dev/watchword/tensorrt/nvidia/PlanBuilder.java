package dev.watchword.tensorrt.nvidia;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.graph.OnnxGraph;
import dev.watchword.paligemma.graph.PlanGraphs;
import dev.watchword.paligemma.graph.PlanSizes;
import dev.watchword.paligemma.graph.StoredTensor;
import dev.watchword.paligemma.plan.PlanRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvinfer.BuilderFlag;
import org.bytedeco.tensorrt.global.nvinfer.MemoryPoolType;
import org.bytedeco.tensorrt.global.nvinfer.NetworkDefinitionCreationFlag;
import org.bytedeco.tensorrt.global.nvinfer.OptProfileSelector;
import org.bytedeco.tensorrt.global.nvonnxparser;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.IBuilder;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.IOptimizationProfile;
import org.bytedeco.tensorrt.nvonnxparser.IParser;
import org.bytedeco.tensorrt.nvonnxparser.IParserError;

/**
 * Turns a model's graphs into plans: strongly typed networks, in which TensorRT keeps to the types
 * that the graph spells out, with one optimisation profile for each version. TF32 is off. Used by
 * one thread, in a process that ends afterwards.
 */
public final class PlanBuilder {
  private static final long WORKSPACE = 8L << 30;

  private final PlanGraphs graphs;
  private final Consumer<String> progress;
  private final NativeLog log = new NativeLog();
  private final KernelTimings timings;
  private final IBuilder builder;

  /**
   * @param device which GPU, from 0
   * @param timings where kernels' timings are kept from build to build; it need not exist
   * @throws IllegalStateException in one sentence, as do all methods
   */
  public PlanBuilder(PlanGraphs graphs, int device, Path timings, Consumer<String> progress) {
    this.graphs = graphs;
    this.progress = progress;
    this.timings = new KernelTimings(timings, log);
    Cuda.check(cudart.cudaSetDevice(device), "use GPU " + device);
    this.builder = Cuda.present(nvinfer.createInferBuilder(log), "start its builder", log);
  }

  /**
   * @param plan its name, such as {@link DeviceRuntime#STEP}
   */
  public void build(String plan, Path file) throws CheckpointException, IOException {
    switch (plan) {
      case DeviceRuntime.PREFILL -> build("prefill", graphs.prefill(), prefill(), file);
      case DeviceRuntime.STEP -> build("step", graphs.step(), step(), file);
      case DeviceRuntime.WHOLE_HEAD -> build("whole head", graphs.wholeHead(), wholeHead(), file);
      default -> throw new IllegalArgumentException("there is no plan " + plan);
    }
  }

  private List<Map<String, long[]>> prefill() {
    return graphs.prefillSizes().stream().map(graphs::inputs).toList();
  }

  private List<Map<String, long[]>> step() {
    List<Map<String, long[]>> profiles = new ArrayList<>();
    for (PlanSizes sizes : graphs.stepSizes()) {
      Map<String, long[]> inputs = new LinkedHashMap<>(graphs.inputs(sizes));
      PlanGraphs.caches(graphs.config())
          .forEach(cache -> inputs.put("past_" + cache, graphs.slotShape(sizes.rows())));
      profiles.add(inputs);
    }
    return profiles;
  }

  /** One profile for each lane. */
  private List<Map<String, long[]>> wholeHead() {
    long hidden = graphs.config().text().hidden();
    Map<String, long[]> most = Map.of("hidden", new long[] {PlanRuntime.WHOLE_HEAD_ROWS, hidden});
    return List.of(most, most);
  }

  private void build(String name, OnnxGraph graph, List<Map<String, long[]>> profiles, Path file)
      throws IOException {
    long start = System.nanoTime();
    progress.accept("plan '%s': reading %d weights".formatted(name, graph.weights().size()));
    INetworkDefinition network =
        Cuda.present(
            builder.createNetworkV2(1 << NetworkDefinitionCreationFlag.kSTRONGLY_TYPED.value),
            "create a network",
            log);
    parse(graph, network);
    IBuilderConfig config =
        Cuda.present(builder.createBuilderConfig(), "create a configuration", log);
    config.setMemoryPoolLimit(MemoryPoolType.kWORKSPACE, WORKSPACE);
    // On by default, it would count in ten bits of the fraction what the graph leaves in 32 bits.
    config.clearFlag(BuilderFlag.kTF32);
    timings.offer(config);
    for (Map<String, long[]> inputs : profiles) {
      profile(config, inputs);
    }
    progress.accept(
        "plan '%s': %d layers, %d versions; TensorRT tries kernels out"
            .formatted(name, network.getNbLayers(), profiles.size()));
    IHostMemory plan =
        Cuda.present(
            builder.buildSerializedNetwork(network, config), "build the plan '" + name + "'", log);
    HostMemory.write(plan.data(), plan.size(), file);
    timings.keep(config);
    progress.accept(
        "plan '%s': %d MiB after %d s"
            .formatted(name, plan.size() >> 20, (System.nanoTime() - start) / 1_000_000_000));
  }

  /** The parser reads weights beside the path that it is given, which need not exist. */
  private void parse(OnnxGraph graph, INetworkDefinition network) {
    IParser parser =
        Cuda.present(nvonnxparser.createParser(network, log), "start its ONNX parser", log);
    String beside = folder(graph).resolve("graph.onnx").toString();
    byte[] bytes = graph.toBytes();
    try (BytePointer model = new BytePointer(bytes)) {
      if (!parser.parse(model, bytes.length, beside)) {
        throw new IllegalStateException("TensorRT cannot read the graph: " + errors(parser));
      }
    }
  }

  private static Path folder(OnnxGraph graph) {
    Set<Path> folders =
        graph.weights().stream()
            .map(StoredTensor::file)
            .map(Path::getParent)
            .collect(Collectors.toSet());
    if (folders.size() != 1) {
      throw new IllegalStateException(
          "the weights lie in several directories (%s), and TensorRT reads from one: put them together"
              .formatted(folders));
    }
    return folders.iterator().next();
  }

  private static String errors(IParser parser) {
    List<String> errors = new ArrayList<>();
    for (int i = 0; i < parser.getNbErrors(); i++) {
      IParserError error = parser.getError(i);
      errors.add("node %d: %s".formatted(error.node(), error.desc()));
    }
    return String.join("; ", errors);
  }

  /** The smallest, the usual and the largest size are the same: a version has fixed shapes. */
  private void profile(IBuilderConfig config, Map<String, long[]> inputs) {
    IOptimizationProfile profile =
        Cuda.present(builder.createOptimizationProfile(), "create a profile", log);
    for (Map.Entry<String, long[]> input : inputs.entrySet()) {
      try (Dims64 shape = dims(input.getValue())) {
        for (OptProfileSelector selector :
            List.of(OptProfileSelector.kMIN, OptProfileSelector.kOPT, OptProfileSelector.kMAX)) {
          Cuda.require(
              profile.setDimensions(input.getKey(), selector, shape),
              "set the shape of " + input.getKey(),
              log);
        }
      }
    }
    Cuda.require(config.addOptimizationProfile(profile) >= 0, "add a profile", log);
  }

  static Dims64 dims(long[] shape) {
    Dims64 dims = new Dims64();
    dims.nbDims(shape.length);
    for (int i = 0; i < shape.length; i++) {
      dims.d(i, shape[i]);
    }
    return dims;
  }
}
