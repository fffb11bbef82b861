package dev.watchword.paligemma;

import dev.watchword.paligemma.graph.PlanGraphs;
import dev.watchword.paligemma.graph.PlanShapes;
import dev.watchword.paligemma.graph.PlanSizes;
import dev.watchword.paligemma.plan.PlanPass.Move;
import dev.watchword.paligemma.plan.PlanRuntime;
import dev.watchword.paligemma.plan.PlanRuntime.Lane;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Passes of rows on plans of fixed shapes. First passes and steps run in two lanes, so that a
 * caller's prefill overlaps the steps of others. In a step row {@code i} is slot {@code i}: slots
 * within the batch that have no row run along and nothing of theirs is kept.
 */
final class PlanRows implements RowRunner {
  private final PlanRuntime runtime;
  private final PlanShapes shapes;
  private final int vocabulary;
  private final int imageTokens;
  private final int capacity;
  private final PlanLane prefill;
  private final PlanLane step;

  /**
   * @param runtime closed with this
   */
  PlanRows(PlanRuntime runtime, PlanGraphs graphs, TokenChooser chooser, int vocabulary) {
    this.runtime = runtime;
    this.shapes = graphs.shapes();
    this.vocabulary = vocabulary;
    this.imageTokens = graphs.config().vision().tokens();
    this.capacity = shapes.capacity(graphs.config());
    DeviceTime time = new DeviceTime(System::nanoTime);
    this.prefill = new PlanLane(runtime, graphs, chooser, Lane.PREFILL, time);
    this.step = new PlanLane(runtime, graphs, chooser, Lane.STEP, time);
  }

  @Override
  public int vocabulary() {
    return vocabulary;
  }

  @Override
  public int imageTokens() {
    return imageTokens;
  }

  @Override
  public int mostProposals() {
    return shapes.widths().getLast() - 1;
  }

  @Override
  public int mostPromptTokens() {
    return shapes.texts().getLast() - mostProposals();
  }

  @Override
  public void require(CompiledPrompt prompt) {
    int words = prompt.grammar().map(grammar -> grammar.words().length).orElse(0);
    if (words > shapes.words()) {
      throw new IllegalArgumentException(
          "the prompt's labels have %d different tokens and the plans are made for %d: name fewer classes"
              .formatted(words, shapes.words()));
    }
  }

  @Override
  public List<Slot> slots() {
    return IntStream.range(0, shapes.slots())
        .<Slot>mapToObj(i -> new PlanSlot(i, capacity))
        .toList();
  }

  @Override
  public int lanes() {
    return Lane.values().length;
  }

  /** Only holds the pixels: the plan of the first pass encodes them. */
  @Override
  public Pictures encode(FloatBuffer pixels, int count, int side) {
    return new Pixels(pixels, 3 * side * side);
  }

  private record Pixels(FloatBuffer values, int each) implements Pictures {
    @Override
    public void close() {}
  }

  @Override
  public void begin(Pictures pictures, List<Row> rows) {
    Pixels pixels = (Pixels) pictures;
    List<Integer> frames = new ArrayList<>(new TreeSet<>(rows.stream().map(Row::frame).toList()));
    int text = rows.stream().mapToInt(row -> row.chunk().length).max().orElseThrow();
    PlanSizes sizes =
        new PlanSizes(
            PlanShapes.fitting(shapes.batches(), frames.size()),
            PlanShapes.fitting(shapes.batches(), rows.size()),
            PlanShapes.fitting(shapes.texts(), text));
    prefill.run(
        sizes,
        rows,
        filling -> {
          for (int i = 0; i < frames.size(); i++) {
            filling.picture(i, pixels.values, frames.get(i) * pixels.each, pixels.each);
          }
          for (int i = 0; i < sizes.rows(); i++) {
            if (i < rows.size()) {
              Row row = rows.get(i);
              filling.begin(i, row, frames.indexOf(row.frame()));
            } else {
              filling.idle(i);
            }
          }
        });
  }

  @Override
  public void advance(List<Row> rows) {
    int width = rows.stream().mapToInt(row -> row.chunk().length).max().orElseThrow();
    int last = rows.stream().mapToInt(row -> row.slot().index()).max().orElseThrow();
    PlanSizes sizes =
        new PlanSizes(
            0,
            PlanShapes.fitting(shapes.batches(), last + 1),
            PlanShapes.fitting(shapes.widths(), width));
    Row[] bySlot = new Row[sizes.rows()];
    rows.forEach(row -> bySlot[row.slot().index()] = row);
    step.run(
        sizes,
        rows,
        filling -> {
          for (int i = 0; i < bySlot.length; i++) {
            if (bySlot[i] == null) {
              filling.idle(i);
            } else {
              filling.goOn(i, bySlot[i]);
            }
          }
        });
  }

  /** A row's new positions, in its slot. */
  static Move move(int index, Row row, int count) {
    PlanSlot slot = (PlanSlot) row.slot();
    return new Move(index, slot.index(), slot.length(), count);
  }

  @Override
  public long deviceBytes() {
    return runtime.deviceBytes();
  }

  @Override
  public void close() {
    runtime.close();
  }
}
