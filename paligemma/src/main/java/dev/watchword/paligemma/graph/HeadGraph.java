package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;
import java.util.ArrayList;
import java.util.List;

/**
 * Output heads: {@code hidden [R,H]} to {@code logits}. The final soft cap of Gemma 2 is left out,
 * as in the reference implementation's PaliGemma: it never changes the largest logit.
 */
public final class HeadGraph {
  /** ONNX Runtime widens a 16-bit weight at load only when the result stays below 1 GiB. */
  private static final long LARGEST_WIDENED_PART = 256L << 20;

  private HeadGraph() {}

  /** Consecutive tokens {@code from} to {@code to}, the end excluded. */
  public record Range(int from, int to) {}

  /** The head over the whole vocabulary: {@code logits [R,V]}. */
  public static OnnxGraph of(Checkpoint checkpoint) throws CheckpointException {
    return of(checkpoint, LARGEST_WIDENED_PART);
  }

  static OnnxGraph of(Checkpoint checkpoint, long largestWidenedPart) throws CheckpointException {
    OnnxGraph graph = new OnnxGraph();
    List<String> parts = new ArrayList<>();
    for (StoredTensor rows : parts(table(checkpoint), largestWidenedPart)) {
      parts.add(new Layers(graph, checkpoint).product("hidden", rows));
    }
    return finish(graph, parts, checkpoint);
  }

  /**
   * A head over some tokens: {@code logits [R,K]} are those of the ranges, in order, and then those
   * of the rows {@code extra [E,H]} of the head, a second input, which may be others each time.
   */
  public static OnnxGraph restricted(Checkpoint checkpoint, List<Range> ranges)
      throws CheckpointException {
    OnnxGraph graph = new OnnxGraph();
    graph.input("extra", ElementType.FLOAT32, "E", checkpoint.config().text().hidden());
    List<String> parts = new ArrayList<>();
    for (Range range : ranges) {
      StoredTensor rows = table(checkpoint).rows(range.from(), range.to());
      parts.add(new Layers(graph, checkpoint).product("hidden", rows));
    }
    parts.add(graph.node("Gemm", "hidden", "extra").with("transB", 1).result());
    return finish(graph, parts, checkpoint);
  }

  /** The head's weights, one row a token. */
  public static StoredTensor table(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig.Text text = checkpoint.config().text();
    boolean ownHead = !text.tiedHead() && checkpoint.has(Checkpoint.HEAD);
    String name = ownHead ? Checkpoint.HEAD : Checkpoint.TABLE;
    return checkpoint.tensor(name, checkpoint.vocabularySize(), text.hidden());
  }

  private static OnnxGraph finish(OnnxGraph graph, List<String> parts, Checkpoint checkpoint) {
    graph.input("hidden", ElementType.FLOAT32, "R", checkpoint.config().text().hidden());
    graph.node("Concat", parts.toArray(String[]::new)).with("axis", 1).result("logits");
    graph.output("logits", ElementType.FLOAT32, "R", "K");
    return graph;
  }

  private static List<StoredTensor> parts(StoredTensor table, long largestWidenedPart) {
    if (table.type() == ElementType.FLOAT32) {
      return List.of(table);
    }
    long rows = table.shape()[0];
    long step = Math.max(1, largestWidenedPart / (table.shape()[1] * Float.BYTES));
    List<StoredTensor> parts = new ArrayList<>();
    for (long from = 0; from < rows; from += step) {
      parts.add(table.rows(from, Math.min(rows, from + step)));
    }
    return parts;
  }
}
