package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;

/**
 * The choice of the next token as a part of a graph, so that a few numbers leave it instead of
 * logits. One row of {@code choices}:
 *
 * <ol>
 *   <li>the column of the largest allowed logit
 *   <li>its probability among all that the row's grammar knows
 *   <li>the probability of going on like this, against the end
 *   <li>the probability mass around it; means something for a location alone
 *   <li>1 when no token that the grammar knows has a larger logit
 * </ol>
 *
 * Under rules the columns are the locations, the segments, and then the row's words; one row of
 * {@code rules} says, as 0 or {@link #NEVER} to add to logits, whether locations are known, and
 * segments; whether locations are allowed, and segments; then for each word whether it is known,
 * and whether it is allowed; at last, as 1 or 0, whether it ends an answer. Among all tokens the
 * columns are their ids, and everything is known and allowed.
 */
public final class ChoiceGraph {
  public static final int PARTS = 5;
  public static final float NEVER = -1e30f;

  private final OnnxGraph graph;
  private final Layers layers;
  private final PlanShapes shapes;
  private final Columns columns;

  /**
   * @param firstLocation id of the first location token
   * @param firstSegment id of the first segment token
   * @param neighbours how many bins to each side count as around a location
   * @param ends the tokens that end an answer
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Columns(
      int firstLocation,
      int locations,
      int firstSegment,
      int segments,
      int neighbours,
      int[] ends) {}

  ChoiceGraph(Layers layers, PlanShapes shapes, Columns columns) {
    this.graph = layers.graph();
    this.layers = layers;
    this.shapes = shapes;
    this.columns = columns;
  }

  /** Logits as they are for what is known and for what is allowed. */
  private record Logits(String known, String allowed, int firstLocation) {}

  /**
   * In 32-bit floats whatever the type of products: neighbouring bins differ by less than a 16-bit
   * logit tells.
   *
   * @param hidden {@code [B*Q,H]}
   * @param words {@code [B,W]}
   * @param rules {@code [B*Q,4+3W]}
   */
  void underRules(String hidden, String words, String rules) throws CheckpointException {
    int count = shapes.words();
    String[] rule =
        graph
            .node("Split", rules, graph.integers(1, 1, 1, 1, count, count, count))
            .with("axis", 1)
            .results(7);
    String locations = part(hidden, columns.firstLocation, columns.locations);
    String segments = part(hidden, columns.firstSegment, columns.segments);
    String labels = ofWords(hidden, words);
    String known = all(locations, rule[0], segments, rule[1], labels, rule[4]);
    String allowed = all(locations, rule[2], segments, rule[3], labels, rule[5]);
    int ranges = columns.locations + columns.segments;
    Masses masses = new Masses(known);
    String ending = sum(graph.apply("Mul", masses.of(ranges, ranges + count), rule[6]));
    choose(new Logits(known, allowed, 0), masses, ending);
  }

  /** In the type of products: the table is a third of a step's weights. */
  void ofAll(String hidden) throws CheckpointException {
    String logits = layers.product(hidden, HeadGraph.table(layers.checkpoint()));
    Masses masses = new Masses(logits);
    long[] ends = new long[columns.ends.length];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = columns.ends[i];
    }
    String ending =
        sum(graph.node("Gather", masses.all, graph.integers(ends)).with("axis", 1).result());
    choose(new Logits(logits, logits, columns.firstLocation), masses, ending);
  }

  private String part(String hidden, int from, int count) throws CheckpointException {
    StoredTensor rows = HeadGraph.table(layers.checkpoint()).rows(from, from + (long) count);
    return graph.node("Gemm", hidden, layers.weight(rows)).with("transB", 1).result();
  }

  /** Each row's own words: their rows of the head, against the row's hidden states. */
  private String ofWords(String hidden, String words) throws CheckpointException {
    StoredTensor table = HeadGraph.table(layers.checkpoint());
    int size = layers.checkpoint().config().text().hidden();
    String rows =
        layers.widen(
            graph.node("Gather", graph.weight(table), words).with("axis", 0).result(),
            table.type());
    String batch =
        graph
            .node("Gather", graph.apply("Shape", words), graph.integers(0))
            .with("axis", 0)
            .result();
    String shape = graph.node("Concat", batch, graph.integers(-1, size)).with("axis", 0).result();
    String grouped = graph.apply("Reshape", hidden, shape);
    String logits = graph.apply("MatMul", grouped, layers.transpose(rows, 0, 2, 1));
    return layers.reshape(logits, -1, shapes.words());
  }

  private String all(String... partsAndRules) {
    String[] parts = new String[partsAndRules.length / 2];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = graph.apply("Add", partsAndRules[2 * i], partsAndRules[2 * i + 1]);
    }
    return graph.node("Concat", parts).with("axis", 1).result();
  }

  private void choose(Logits logits, Masses masses, String ending) {
    String best = largest(logits.allowed);
    String column =
        graph
            .node(
                "Cast",
                graph.node("ArgMax", logits.allowed).with("axis", 1).with("keepdims", 1).result())
            .with("to", ElementType.FLOAT32.onnxCode())
            .result();
    String chosen = graph.apply("Exp", graph.apply("Sub", best, masses.peak));
    String probability = graph.apply("Div", chosen, masses.total);
    int from = logits.firstLocation;
    String places = masses.of(from, from + (long) columns.locations);
    String at = graph.apply("Sub", column, graph.scalar("location_" + from, from));
    String isLocation =
        graph.apply(
            "And",
            graph.apply("Less", graph.scalar("before_location", -0.5f), at),
            graph.apply("Less", at, graph.scalar("after_location", columns.locations - 0.5f)));
    String going = graph.apply("Where", isLocation, sum(places), chosen);
    String continuing = graph.apply("Div", going, graph.apply("Add", going, ending));
    String distance = graph.apply("Abs", graph.apply("Sub", bins(), at));
    String near =
        graph.apply("Less", distance, graph.scalar("neighbours", columns.neighbours + 0.5f));
    String around = sum(graph.apply("Where", near, places, graph.scalar("nothing", 0)));
    String neighbourhood = graph.apply("Div", around, masses.total);
    String unforced =
        graph
            .node("Cast", graph.apply("Not", graph.apply("Less", best, masses.peak)))
            .with("to", ElementType.FLOAT32.onnxCode())
            .result();
    graph
        .node("Concat", column, probability, continuing, neighbourhood, unforced)
        .with("axis", 1)
        .result("choices");
  }

  private String bins() {
    float[] numbers = new float[columns.locations];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i;
    }
    return graph.floats("bins", new long[] {1, numbers.length}, numbers);
  }

  private String largest(String rows) {
    return graph.node("ReduceMax", rows, graph.integers(1)).with("keepdims", 1).result();
  }

  private String sum(String rows) {
    return graph.node("ReduceSum", rows, graph.integers(1)).with("keepdims", 1).result();
  }

  /** Probabilities before they are normalised, against the largest. */
  private final class Masses {
    private final String peak;
    private final String all;
    private final String total;

    private Masses(String logits) {
      this.peak = largest(logits);
      this.all = graph.apply("Exp", graph.apply("Sub", logits, peak));
      this.total = sum(all);
    }

    private String of(long from, long to) {
      return graph.apply("Slice", all, graph.integers(from), graph.integers(to), graph.integers(1));
    }
  }
}
