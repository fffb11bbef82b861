package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;
import java.util.ArrayList;
import java.util.List;

/**
 * The full output head: {@code hidden [B,H]} to {@code logits [B,V]}. The final soft cap of Gemma 2
 * is left out, as in the reference implementation's PaliGemma: it never changes the largest logit.
 */
public final class HeadGraph {
  /** ONNX Runtime widens a 16-bit weight at load only when the result stays below 1 GiB. */
  private static final long LARGEST_WIDENED_PART = 256L << 20;

  private HeadGraph() {}

  public static OnnxGraph of(Checkpoint checkpoint) throws CheckpointException {
    return of(checkpoint, LARGEST_WIDENED_PART);
  }

  static OnnxGraph of(Checkpoint checkpoint, long largestWidenedPart) throws CheckpointException {
    ModelConfig.Text text = checkpoint.config().text();
    int vocabulary = checkpoint.vocabularySize();
    boolean ownHead = !text.tiedHead() && checkpoint.has(Checkpoint.HEAD);
    String name = ownHead ? Checkpoint.HEAD : Checkpoint.TABLE;
    StoredTensor table = checkpoint.tensor(name, vocabulary, text.hidden());

    OnnxGraph graph = new OnnxGraph();
    Layers layers = new Layers(graph, checkpoint);
    graph.input("hidden", ElementType.FLOAT32, "B", text.hidden());
    List<String> parts = new ArrayList<>();
    for (StoredTensor rows : parts(table, largestWidenedPart)) {
      parts.add(graph.node("Gemm", "hidden", layers.weight(rows)).with("transB", 1).result());
    }
    graph.node("Concat", parts.toArray(String[]::new)).with("axis", 1).result("logits");
    graph.output("logits", ElementType.FLOAT32, "B", vocabulary);
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
