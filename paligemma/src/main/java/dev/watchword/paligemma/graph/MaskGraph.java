package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;
import java.nio.file.Path;

/**
 * The decoder of the models' mask codes, a VQ-VAE of big_vision: {@code codes [B,16]} to {@code
 * levels [B,1,64,64]}, from -1, outside, to 1, inside. Its weights, unlike a checkpoint's, become
 * part of the graph: they take 5 MB.
 */
public final class MaskGraph {
  private static final int CODEBOOK = 128;
  private static final int CODE_SIZE = 512;
  private static final int GRID = 4;
  private static final int[] WIDTHS = {128, 128, 64, 32, 16};

  private final OnnxGraph graph = new OnnxGraph();
  private final Npz weights;

  private MaskGraph(Npz weights) {
    this.weights = weights;
  }

  /**
   * @param file {@code vae-oid.npz} as big_vision publishes it
   * @throws CheckpointException with one sentence that names the file and the array
   */
  public static OnnxGraph of(Path file) throws CheckpointException {
    try (Npz weights = Npz.open(file)) {
      return new MaskGraph(weights).build();
    }
  }

  private OnnxGraph build() throws CheckpointException {
    graph.input("codes", ElementType.INT64, "B", GRID * GRID);
    String codebook = weight("_vq_vae._embedding", CODEBOOK, CODE_SIZE);
    String cells = graph.node("Gather", codebook, "codes").with("axis", 0).result();
    String channels = graph.node("Transpose", cells).with("perm", new long[] {0, 2, 1}).result();
    // A zero keeps the batch as it is.
    String x = graph.apply("Reshape", channels, graph.integers(0, CODE_SIZE, GRID, GRID));
    x = relu(convolution(x, "decoder.0", CODE_SIZE, WIDTHS[0], 1));
    x = residual(x, "decoder.2.net");
    x = residual(x, "decoder.3.net");
    for (int i = 1; i < WIDTHS.length; i++) {
      x = relu(doubled(x, "decoder." + (2 + 2 * i), WIDTHS[i - 1], WIDTHS[i]));
    }
    String levels = convolution(x, "decoder.12", WIDTHS[WIDTHS.length - 1], 1, 1);
    graph.node("Identity", levels).result("levels");
    graph.output("levels", ElementType.FLOAT32, "B", 1, GRID << 4, GRID << 4);
    return graph;
  }

  private String residual(String x, String name) throws CheckpointException {
    int width = WIDTHS[0];
    String y = relu(convolution(x, name + ".0", width, width, 3));
    y = relu(convolution(y, name + ".2", width, width, 3));
    return graph.apply("Add", x, convolution(y, name + ".4", width, width, 1));
  }

  private String convolution(String x, String name, int in, int out, int kernel)
      throws CheckpointException {
    int pad = kernel / 2;
    return graph
        .node("Conv", x, weight(name + ".weight", out, in, kernel, kernel), bias(name, out))
        .with("pads", new long[] {pad, pad, pad, pad})
        .result();
  }

  /** Twice as wide and high; transposed convolutions store their weights as {@code [in, out]}. */
  private String doubled(String x, String name, int in, int out) throws CheckpointException {
    return graph
        .node("ConvTranspose", x, weight(name + ".weight", in, out, 4, 4), bias(name, out))
        .with("strides", new long[] {2, 2})
        .with("pads", new long[] {1, 1, 1, 1})
        .result();
  }

  private String relu(String x) {
    return graph.apply("Relu", x);
  }

  private String bias(String name, int out) throws CheckpointException {
    return weight(name + ".bias", out);
  }

  private String weight(String name, long... shape) throws CheckpointException {
    return graph.floats(name, shape, weights.floats(name, shape));
  }
}
