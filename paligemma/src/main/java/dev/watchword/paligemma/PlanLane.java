package dev.watchword.paligemma;

import dev.watchword.paligemma.graph.ChoiceGraph;
import dev.watchword.paligemma.graph.PlanGraphs;
import dev.watchword.paligemma.graph.PlanSizes;
import dev.watchword.paligemma.plan.PlanPass;
import dev.watchword.paligemma.plan.PlanPass.Move;
import dev.watchword.paligemma.plan.PlanRuntime;
import dev.watchword.paligemma.plan.PlanRuntime.Lane;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** One lane of a runtime: its host memory, filled for a pass at a time. Thread-safe. */
final class PlanLane {
  private final PlanRuntime runtime;
  private final PlanGraphs graphs;
  private final TokenChooser chooser;
  private final Lane lane;
  private final DeviceTime time;
  private final Map<String, ByteBuffer> memory = new HashMap<>();
  private final ByteBuffer choices;
  private final ByteBuffer wholeChoices;

  PlanLane(
      PlanRuntime runtime, PlanGraphs graphs, TokenChooser chooser, Lane lane, DeviceTime time) {
    this.runtime = runtime;
    this.graphs = graphs;
    this.chooser = chooser;
    this.lane = lane;
    this.time = time;
    List<PlanSizes> all = lane == Lane.PREFILL ? graphs.prefillSizes() : graphs.stepSizes();
    Map<String, Integer> most = new HashMap<>();
    int rows = 0;
    for (PlanSizes sizes : all) {
      graphs
          .inputs(sizes)
          .forEach((name, shape) -> most.merge(name, bytes(name, shape), Math::max));
      rows = Math.max(rows, sizes.rows() * graphs.choices(sizes));
    }
    most.forEach((name, bytes) -> memory.put(name, runtime.hostMemory(bytes)));
    this.choices = runtime.hostMemory(rows * ChoiceGraph.PARTS * Float.BYTES);
    this.wholeChoices = runtime.hostMemory(rows * ChoiceGraph.PARTS * Float.BYTES);
  }

  private static int bytes(String name, long[] shape) {
    long bytes = PlanGraphs.isFloats(name) ? Float.BYTES : Long.BYTES;
    for (long size : shape) {
      bytes = Math.multiplyExact(bytes, size);
    }
    return Math.toIntExact(bytes);
  }

  /**
   * Runs one pass, and hands its choices to its rows. The wait for another caller's is not part of
   * the time that they spend.
   *
   * @param fill fills each row of the batch
   */
  synchronized void run(PlanSizes sizes, List<Row> rows, Consumer<Filling> fill) {
    time.spend(rows, () -> pass(sizes, fill));
  }

  private void pass(PlanSizes sizes, Consumer<Filling> fill) {
    Filling filling = new Filling(sizes);
    fill.accept(filling);
    int places = graphs.choices(sizes);
    FloatBuffer chosen = floats(choices, sizes.rows() * places * ChoiceGraph.PARTS);
    runtime.run(new PlanPass(lane, sizes, filling.inputs, filling.moves, chosen));
    FloatBuffer whole = wholeHead(filling, sizes.rows() * places, places);
    for (Filling.Filled filled : filling.rows) {
      Row row = filled.row;
      ((PlanSlot) row.slot()).add(filled.added);
      row.take(new PlanChoices(row, chooser, filled.index * places, chosen, whole));
    }
  }

  /** Runs the head over the whole vocabulary where some row asks for it. */
  private FloatBuffer wholeHead(Filling filling, int rows, int places) {
    FloatBuffer whole = floats(wholeChoices, rows * ChoiceGraph.PARTS);
    boolean[] asked = new boolean[rows];
    for (Filling.Filled filled : filling.rows) {
      if (PlanChoices.needWholeHead(filled.row)) {
        for (int i = 0; i < filled.row.choices(); i++) {
          asked[filled.index * places + i] = true;
        }
      }
    }
    for (int from = 0; from < rows; from++) {
      if (!asked[from]) {
        continue;
      }
      int count = Math.min(PlanRuntime.WHOLE_HEAD_ROWS, rows - from);
      while (!asked[from + count - 1]) {
        count--;
      }
      runtime.wholeHead(
          lane, from, count, whole.slice(from * ChoiceGraph.PARTS, count * ChoiceGraph.PARTS));
      from += count - 1;
    }
    return whole;
  }

  private static FloatBuffer floats(ByteBuffer memory, int count) {
    return memory.asFloatBuffer().slice(0, count);
  }

  /** The inputs of one pass. */
  final class Filling {
    private final PlanSizes sizes;
    private final int image;
    private final int positions;
    private final int places;
    private final Map<String, Buffer> inputs = new LinkedHashMap<>();
    private final List<Move> moves = new ArrayList<>();
    private final List<Filled> rows = new ArrayList<>();

    private record Filled(int index, Row row, int added) {}

    private Filling(PlanSizes sizes) {
      this.sizes = sizes;
      this.positions = graphs.positions(sizes);
      this.image = positions - sizes.tokens();
      this.places = graphs.choices(sizes);
      graphs
          .inputs(sizes)
          .forEach(
              (name, shape) -> {
                ByteBuffer bytes = memory.get(name).slice(0, bytes(name, shape));
                bytes.order(ByteOrder.nativeOrder());
                inputs.put(
                    name, PlanGraphs.isFloats(name) ? bytes.asFloatBuffer() : bytes.asLongBuffer());
              });
    }

    private LongBuffer longs(String name) {
      return (LongBuffer) inputs.get(name);
    }

    private FloatBuffer floats(String name) {
      return (FloatBuffer) inputs.get(name);
    }

    void picture(int index, FloatBuffer pixels, int from, int count) {
      floats("pixel_values").put(index * count, pixels, from, count);
    }

    /** A row that nobody asked for: it sees itself. */
    void idle(int index) {
      chunk(index, new int[0], 0, 1, 0);
      if (sizes.prefill()) {
        longs("frame").put(index, 0);
        for (int i = 0; i < places; i++) {
          longs("query").put(index * places + i, (long) index * positions);
        }
      } else {
        longs("held").put(index, 0);
      }
    }

    void begin(int index, Row row, int picture) {
      int[] chunk = row.chunk();
      int added = image + chunk.length;
      int first = added - row.choices();
      chunk(index, chunk, 0, added, first);
      longs("frame").put(index, picture);
      for (int i = 0; i < places; i++) {
        int at = Math.min(first + i, added - 1);
        longs("query").put(index * places + i, (long) index * positions + at);
      }
      rules(index, row);
      moves.add(PlanRows.move(index, row, added));
      rows.add(new Filled(index, row, added));
    }

    void goOn(int index, Row row) {
      int[] chunk = row.chunk();
      chunk(index, chunk, row.slot().length(), chunk.length, 0);
      longs("held").put(index, row.slot().length());
      rules(index, row);
      moves.add(PlanRows.move(index, row, chunk.length));
      rows.add(new Filled(index, row, chunk.length));
    }

    /**
     * @param first the first of the new positions that only looks back; those before see each other
     */
    private void chunk(int index, int[] chunk, int held, int added, int first) {
      for (int i = 0; i < sizes.tokens(); i++) {
        longs("input_ids").put(index * sizes.tokens() + i, i < chunk.length ? chunk[i] : 0);
      }
      for (int i = 0; i < positions; i++) {
        longs("position_ids").put(index * positions + i, held + i + 1L);
        longs("seen").put(index * positions + i, Math.min(Math.max(i, first) + 1, added));
      }
    }

    private void rules(int index, Row row) {
      if (!row.question().constrained()) {
        return;
      }
      Grammar grammar = row.question().prompt().grammar().orElseThrow();
      int[] words = grammar.words();
      int most = graphs.shapes().words();
      for (int i = 0; i < most; i++) {
        longs("words").put(index * most + i, i < words.length ? words[i] : 0);
      }
      int[] states = row.states();
      float[] rule = new float[graphs.shapes().rules()];
      for (int i = 0; i < row.choices(); i++) {
        int state = states[i];
        rule[0] = 0;
        rule[1] = never(!grammar.segments());
        rule[2] = never(!grammar.allowsLocations(state));
        rule[3] = never(!grammar.segments() || !grammar.allowsSegments(state));
        for (int j = 0; j < most; j++) {
          boolean known = j < words.length;
          rule[4 + j] = never(!known);
          rule[4 + most + j] = never(!known || !grammar.allows(state, words[j]));
          rule[4 + 2 * most + j] = known && chooser.ends(words[j]) ? 1 : 0;
        }
        floats("rules").put((index * places + i) * rule.length, rule);
      }
    }

    private float never(boolean excluded) {
      return excluded ? ChoiceGraph.NEVER : 0;
    }
  }
}
