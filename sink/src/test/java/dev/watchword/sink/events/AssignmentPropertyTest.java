package dev.watchword.sink.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class AssignmentPropertyTest {
  @Property(tries = 500)
  void isAsCheapAsTheBestOfAll(
      @ForAll @IntRange(min = 1, max = 5) int rows,
      @ForAll @IntRange(min = 1, max = 5) int columns,
      @ForAll long seed) {
    Random random = new Random(seed);
    double[][] cost = new double[rows][columns];
    for (double[] row : cost) {
      Arrays.setAll(
          row, i -> random.nextInt(4) == 0 ? Assignment.FORBIDDEN : random.nextDouble() * 2);
    }

    int[] columnOf = Assignment.solve(cost);

    boolean[] taken = new boolean[columns];
    double sum = 0;
    int left = Math.min(rows, columns);
    for (int row = 0; row < rows; row++) {
      if (columnOf[row] >= 0) {
        assertThat(taken[columnOf[row]]).isFalse();
        taken[columnOf[row]] = true;
        assertThat(cost[row][columnOf[row]]).isLessThan(Assignment.FORBIDDEN);
        sum += cost[row][columnOf[row]];
        left--;
      }
    }
    double best = best(cost, 0, new boolean[columns], Math.max(0, rows - columns));
    assertThat(sum + left * Assignment.FORBIDDEN).isCloseTo(best, within(1e-6));
  }

  /** Tries everything; {@code spare} rows may go without. */
  private static double best(double[][] cost, int row, boolean[] taken, int spare) {
    if (row == cost.length) {
      return 0;
    }
    double best = spare > 0 ? best(cost, row + 1, taken, spare - 1) : Double.MAX_VALUE;
    for (int column = 0; column < taken.length; column++) {
      if (!taken[column]) {
        taken[column] = true;
        best = Math.min(best, cost[row][column] + best(cost, row + 1, taken, spare));
        taken[column] = false;
      }
    }
    return best;
  }
}
