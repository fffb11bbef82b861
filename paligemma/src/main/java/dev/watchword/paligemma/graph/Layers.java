package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Layers that both towers are made of, over weights of one checkpoint. */
final class Layers {
  private static final float LAYER_NORM_EPSILON = 1e-6f;

  private final OnnxGraph graph;
  private final Checkpoint checkpoint;
  private final Optional<Int8Layers> integers;
  private final Casts casts;
  private final Operators operators;
  private final Map<String, String> merged = new HashMap<>();

  /** For ONNX Runtime, in 32-bit floats. */
  Layers(OnnxGraph graph, Checkpoint checkpoint) {
    this(graph, checkpoint, Optional.empty());
  }

  /**
   * For ONNX Runtime.
   *
   * @param integers where the weights of linear layers go when these count in 8-bit integers
   */
  Layers(OnnxGraph graph, Checkpoint checkpoint, Optional<Int8Weights> integers) {
    this.graph = graph;
    this.checkpoint = checkpoint;
    this.integers = integers.map(weights -> new Int8Layers(graph, weights));
    this.casts = new Casts(graph, ElementType.FLOAT32);
    this.operators = new OnnxRuntimeOperators(graph);
  }

  /**
   * For any engine that knows the ONNX standard.
   *
   * @param products type of the factors of matrix products
   */
  Layers(OnnxGraph graph, Checkpoint checkpoint, ElementType products) {
    this.graph = graph;
    this.checkpoint = checkpoint;
    this.integers = Optional.empty();
    this.casts = new Casts(graph, products);
    this.operators = new StandardOperators(graph, casts);
  }

  OnnxGraph graph() {
    return graph;
  }

  Checkpoint checkpoint() {
    return checkpoint;
  }

  Casts casts() {
    return casts;
  }

  Operators operators() {
    return operators;
  }

  /** A weight in 32-bit floats; the runtime folds the cast of a 16-bit weight at load. */
  String weight(String name, long... shape) throws CheckpointException {
    return weight(checkpoint.tensor(name, shape));
  }

  /** A checked tensor, or part of one, in 32-bit floats, with what an adapter adds to it. */
  String weight(StoredTensor tensor) {
    String base = widen(graph.weight(tensor), tensor.type());
    return checkpoint
        .update(tensor.name())
        .map(update -> merged.computeIfAbsent(base, key -> merge(key, tensor.shape(), update)))
        .orElse(base);
  }

  /** {@code W + s B A}, of constants alone: the runtime folds it at load like a cast. */
  private String merge(String base, long[] shape, Adapter.Update update) {
    StoredTensor down = update.down().matrix();
    StoredTensor up = update.up().matrix();
    String product =
        graph.apply(
            "MatMul", widen(graph.weight(up), up.type()), widen(graph.weight(down), down.type()));
    String scale = graph.scalar("adapter_scale_" + update.scale(), update.scale());
    String change = graph.apply("Mul", product, scale);
    return graph.apply("Add", base, shape.length == 2 ? change : reshape(change, shape));
  }

  /** {@code value} in 32-bit floats. */
  String widen(String value, ElementType type) {
    return casts.widen(value, type);
  }

  /** A weight as a factor of a product; one that is stored as such is taken as it is. */
  private String factor(StoredTensor tensor) {
    return tensor.type() == casts.products() && checkpoint.update(tensor.name()).isEmpty()
        ? graph.weight(tensor)
        : casts.narrow(weight(tensor));
  }

  /** {@code y = x Wᵀ} of a checked matrix of weights, in 32-bit floats. */
  String product(String x, StoredTensor weight) {
    return casts.widen(
        graph.node("Gemm", casts.narrow(x), factor(weight)).with("transB", 1).result());
  }

  /** {@code y = x Wᵀ} for rows {@code x}; checkpoints store W as {@code [out, in]}. */
  String linear(String x, String name, int in, int out) throws CheckpointException {
    StoredTensor weight = checkpoint.tensor(name + ".weight", out, in);
    if (integers.isPresent()) {
      return integers.get().linear(x, weight, checkpoint.update(weight.name()));
    }
    return product(x, weight);
  }

  /** {@code y = x Wᵀ + b}. */
  String linearWithBias(String x, String name, int in, int out) throws CheckpointException {
    if (integers.isPresent()) {
      return graph.apply("Add", linear(x, name, in, out), weight(name + ".bias", out));
    }
    return casts.widen(
        graph
            .node(
                "Gemm",
                casts.narrow(x),
                factor(checkpoint.tensor(name + ".weight", out, in)),
                factor(checkpoint.tensor(name + ".bias", out)))
            .with("transB", 1)
            .result());
  }

  /** The tanh approximation, whatever {@code hidden_act} says: the models were trained with it. */
  String gelu(String x) {
    return graph.node("Gelu", x).with("approximate", "tanh").result();
  }

  String layerNorm(String x, String name, int size) throws CheckpointException {
    return graph
        .node("LayerNormalization", x, weight(name + ".weight", size), weight(name + ".bias", size))
        .with("epsilon", LAYER_NORM_EPSILON)
        .with("axis", -1)
        .result();
  }

  /** Gemma's root-mean-square norm, whose gain is {@code 1 + w}. */
  String rmsNorm(String x, String name, int size, float epsilon) throws CheckpointException {
    String gain = graph.apply("Add", weight(name + ".weight", size), graph.scalar("one", 1));
    return operators.rmsNorm(x, gain, epsilon);
  }

  /**
   * A convolution whose kernels do not overlap, in 32-bit floats: the standard has none in bfloat16
   * before its version 22, and of a model's work it is a thousandth.
   */
  String patches(String x, String name, int patch, int out) throws CheckpointException {
    return graph
        .node(
            "Conv", x, weight(name + ".weight", out, 3, patch, patch), weight(name + ".bias", out))
        .with("strides", new long[] {patch, patch})
        .with("kernel_shape", new long[] {patch, patch})
        .result();
  }

  String reshape(String x, long... shape) {
    return graph.apply("Reshape", x, graph.integers(shape));
  }

  String transpose(String x, long... permutation) {
    return graph.node("Transpose", x).with("perm", permutation).result();
  }
}
