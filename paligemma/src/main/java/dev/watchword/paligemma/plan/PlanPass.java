package dev.watchword.paligemma.plan;

import dev.watchword.paligemma.graph.PlanSizes;
import dev.watchword.paligemma.plan.PlanRuntime.Lane;
import java.nio.Buffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/**
 * One pass of a plan.
 *
 * @param sizes which version of the plan
 * @param inputs by name, each over host memory of the runtime and exactly as large as {@link
 *     dev.watchword.paligemma.graph.PlanGraphs#inputs} says for these sizes; keys and values are
 *     the runtime's own
 * @param moves where new keys and values go, once the pass is done
 * @param choices {@code [rows*places,5]}, in host memory of the runtime
 */
public record PlanPass(
    Lane lane, PlanSizes sizes, Map<String, Buffer> inputs, List<Move> moves, FloatBuffer choices) {
  public PlanPass {
    inputs = Map.copyOf(inputs);
    moves = List.copyOf(moves);
  }

  /**
   * The first {@code count} new positions of a row become the positions from {@code at} of a slot.
   */
  public record Move(int row, int slot, int at, int count) {}
}
