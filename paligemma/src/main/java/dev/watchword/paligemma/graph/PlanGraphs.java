package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.graph.DecoderBlocks.At;
import dev.watchword.paligemma.graph.DecoderBlocks.Wanted;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The graphs of one model for an engine that compiles: of the same layers as {@link VisionGraph}
 * and {@link DecoderGraph}, in operators of the ONNX standard alone, with the choice of the next
 * token at their end. F, B and the number of tokens are the only sizes that vary.
 *
 * <p>{@link #prefill} begins B answers about F pictures, {@link #step} goes on with them, {@link
 * #wholeHead} chooses among all tokens where no grammar holds. Inputs:
 *
 * <ul>
 *   <li>{@code pixel_values [F,3,side,side]}, {@code frame [B]}: which picture a row is about
 *   <li>{@code input_ids [B,T]}: tokens, padded on the right
 *   <li>{@code position_ids [B,S]}, counted from 1 and on through the pads; S is T and, in the
 *       prefill, N positions of the picture before
 *   <li>{@code seen [B,S]}: how many of the row's new positions each of them attends to
 *   <li>{@code held [B,1]}: how many earlier positions a row has (step alone)
 *   <li>{@code query [B,Q]}: the wanted ones among the B*S positions (prefill alone); in a step all
 *       are wanted
 *   <li>{@code words [B,W]}: the tokens of each row's labels; {@code rules [B*Q,4+3W]}: see {@link
 *       ChoiceGraph}
 *   <li>{@code past_k.i, past_v.i [B,kv,P,d]}: the slots' keys and values (step alone)
 * </ul>
 *
 * Outputs: {@code choices [B*Q,5]} of {@link ChoiceGraph}, {@code hidden [B*Q,H]} for the whole
 * head, and {@code new_k.i, new_v.i [B,kv,S,d]}, which whoever runs the graph writes into the
 * slots.
 */
public final class PlanGraphs {
  private final Checkpoint checkpoint;
  private final ElementType products;
  private final PlanShapes shapes;
  private final ChoiceGraph.Columns columns;

  /**
   * @param products type of the factors of matrix products, and of keys and values
   * @param columns the tokens that matter to answers with boxes
   */
  public PlanGraphs(
      Checkpoint checkpoint, ElementType products, PlanShapes shapes, ChoiceGraph.Columns columns) {
    this.checkpoint = checkpoint;
    this.products = products;
    this.shapes = shapes;
    this.columns = columns;
  }

  public Checkpoint checkpoint() {
    return checkpoint;
  }

  public ModelConfig config() {
    return checkpoint.config();
  }

  public ElementType products() {
    return products;
  }

  public PlanShapes shapes() {
    return shapes;
  }

  public ChoiceGraph.Columns columns() {
    return columns;
  }

  private PlanPart part(boolean past) {
    Layers layers = new Layers(OnnxGraph.standard(), checkpoint, products);
    return new PlanPart(layers, shapes, columns, past);
  }

  /** Vision tower, projector and the first pass of the language model. */
  public OnnxGraph prefill() throws CheckpointException {
    PlanPart part = part(false);
    String features = VisionGraph.in(part.layers(), "F");
    part.graph().input("frame", ElementType.INT64, "B");
    part.graph().input("query", ElementType.INT64, "B", shapes.choices());
    String image = part.graph().node("Gather", features, "frame").with("axis", 0).result();
    String text = part.blocks().embed("input_ids");
    String embedded = part.graph().node("Concat", image, text).with("axis", 1).result();
    String index = part.graph().apply("Sub", "position_ids", part.integer(1));
    At all = part.blocks().at(embedded, "position_ids", part.bias(index, "seen"));
    String seen = part.pick("seen");
    At asked = part.blocks().at("query", part.pick("position_ids"), part.bias(index, seen));
    return part.finish(
        part.blocks().hidden(embedded, all, Optional.of(new Wanted("query", asked))));
  }

  /** A further pass over keys and values that are kept in slots. */
  public OnnxGraph step() throws CheckpointException {
    PlanPart part = part(true);
    part.graph().input("held", ElementType.INT64, "B", 1);
    String embedded = part.blocks().embed("input_ids");
    String before = part.graph().apply("Add", "held", part.integer(1));
    String index = part.graph().apply("Sub", "position_ids", before);
    At all = part.blocks().at(embedded, "position_ids", part.biasWithPast(index));
    return part.finish(part.blocks().hidden(embedded, all, Optional.empty()));
  }

  /** {@code hidden [R,H]} to {@code choices [R,5]} among all tokens. */
  public OnnxGraph wholeHead() throws CheckpointException {
    OnnxGraph graph = OnnxGraph.standard();
    graph.input("hidden", ElementType.FLOAT32, "R", checkpoint.config().text().hidden());
    Layers layers = new Layers(graph, checkpoint, products);
    new ChoiceGraph(layers, shapes, columns).ofAll("hidden");
    graph.output("choices", ElementType.FLOAT32, "R", ChoiceGraph.PARTS);
    return graph;
  }

  /** Each version of the prefill: any number of pictures that its rows can be about. */
  public List<PlanSizes> prefillSizes() {
    List<PlanSizes> sizes = new ArrayList<>();
    for (int rows : shapes.batches()) {
      for (int pictures : shapes.batches()) {
        for (int tokens : shapes.texts()) {
          if (pictures <= rows) {
            sizes.add(new PlanSizes(pictures, rows, tokens));
          }
        }
      }
    }
    return sizes;
  }

  /** Each version of the step. */
  public List<PlanSizes> stepSizes() {
    List<PlanSizes> sizes = new ArrayList<>();
    for (int rows : shapes.batches()) {
      for (int tokens : shapes.widths()) {
        sizes.add(new PlanSizes(0, rows, tokens));
      }
    }
    return sizes;
  }

  /** At how many places each row of such a pass chooses. */
  public int choices(PlanSizes sizes) {
    return sizes.prefill() ? shapes.choices() : sizes.tokens();
  }

  /** How many new positions each row of such a pass has. */
  public int positions(PlanSizes sizes) {
    return sizes.tokens() + (sizes.prefill() ? config().vision().tokens() : 0);
  }

  /** The inputs that come from the host, with their shapes. */
  public Map<String, long[]> inputs(PlanSizes sizes) {
    int rows = sizes.rows();
    int places = choices(sizes);
    int positions = positions(sizes);
    Map<String, long[]> inputs = new LinkedHashMap<>();
    if (sizes.prefill()) {
      int side = config().vision().imageSize();
      inputs.put("pixel_values", new long[] {sizes.pictures(), 3, side, side});
      inputs.put("frame", new long[] {rows});
      inputs.put("query", new long[] {rows, places});
    } else {
      inputs.put("held", new long[] {rows, 1});
    }
    inputs.put("input_ids", new long[] {rows, sizes.tokens()});
    inputs.put("position_ids", new long[] {rows, positions});
    inputs.put("seen", new long[] {rows, positions});
    inputs.put("words", new long[] {rows, shapes.words()});
    inputs.put("rules", new long[] {(long) rows * places, shapes.rules()});
    return inputs;
  }

  /** Whether an input is of 32-bit floats; all others are of 64-bit integers. */
  public static boolean isFloats(String input) {
    return input.equals("pixel_values") || input.equals("rules");
  }

  /** One layer's keys, or values, of all slots. */
  public long[] slotShape(int rows) {
    ModelConfig.Text text = config().text();
    return new long[] {rows, text.keyValueHeads(), shapes.capacity(config()), text.headSize()};
  }

  /** One layer's keys, or values, of the new positions. */
  public long[] newShape(PlanSizes sizes) {
    ModelConfig.Text text = config().text();
    return new long[] {sizes.rows(), text.keyValueHeads(), positions(sizes), text.headSize()};
  }

  /** The names of all caches of a model, in the order of its layers: {@code k.0, v.0, k.1, ...}. */
  public static List<String> caches(ModelConfig config) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < config.text().layers(); i++) {
      for (String cache : DecoderBlocks.CACHES) {
        names.add(cache + i);
      }
    }
    return names;
  }
}
