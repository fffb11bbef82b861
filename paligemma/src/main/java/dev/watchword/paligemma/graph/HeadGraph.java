package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;

/**
 * The full output head: {@code hidden [B,H]} to {@code logits [B,V]}. The final soft cap of Gemma 2
 * is left out, as in the reference implementation's PaliGemma: it never changes the largest logit.
 */
public final class HeadGraph {
  private HeadGraph() {}

  public static OnnxGraph of(Checkpoint checkpoint) throws CheckpointException {
    OnnxGraph graph = new OnnxGraph();
    ModelConfig.Text text = checkpoint.config().text();
    int vocabulary = checkpoint.vocabularySize();
    boolean ownHead = !text.tiedHead() && checkpoint.has("lm_head.weight");
    String name = ownHead ? "lm_head.weight" : "language_model.embed_tokens.weight";
    graph.input("hidden", ElementType.FLOAT32, "B", text.hidden());
    String table = new Layers(graph, checkpoint).weight(name, vocabulary, text.hidden());
    graph.node("Gemm", "hidden", table).with("transB", 1).result("logits");
    graph.output("logits", ElementType.FLOAT32, "B", vocabulary);
    return graph;
  }
}
