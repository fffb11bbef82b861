package dev.watchword.sink.events;

import java.util.Arrays;

/**
 * The cheapest way to give each row a column of its own: the Hungarian method with potentials,
 * O(rows² · columns) (Kuhn 1955; Jonker and Volgenant 1987).
 */
final class Assignment {
  /** Costs from here on stand for pairs that must not be. */
  static final double FORBIDDEN = 1e6;

  private Assignment() {}

  /**
   * @param cost rows by columns
   * @return the column of each row; -1 where there is none that is allowed
   */
  static int[] solve(double[][] cost) {
    int rows = cost.length;
    int columns = rows == 0 ? 0 : cost[0].length;
    if (rows > columns) {
      return inverted(solve(transposed(cost, columns)), rows);
    }
    int[] rowOf = solveWide(cost, rows, columns);
    int[] columnOf = new int[rows];
    Arrays.fill(columnOf, -1);
    for (int column = 1; column <= columns; column++) {
      int row = rowOf[column] - 1;
      if (row >= 0 && cost[row][column - 1] < FORBIDDEN) {
        columnOf[row] = column - 1;
      }
    }
    return columnOf;
  }

  /** Rows and columns count from 1; 0 stands for none. */
  private static int[] solveWide(double[][] cost, int rows, int columns) {
    double[] rowPotential = new double[rows + 1];
    double[] columnPotential = new double[columns + 1];
    int[] rowOf = new int[columns + 1];
    int[] cameFrom = new int[columns + 1];
    for (int row = 1; row <= rows; row++) {
      rowOf[0] = row;
      int column = 0;
      double[] slack = new double[columns + 1];
      Arrays.fill(slack, Double.MAX_VALUE);
      boolean[] used = new boolean[columns + 1];
      do {
        used[column] = true;
        column =
            nextColumn(
                cost,
                rowOf[column],
                column,
                rowPotential,
                columnPotential,
                rowOf,
                cameFrom,
                slack,
                used);
      } while (rowOf[column] != 0);
      while (column != 0) {
        rowOf[column] = rowOf[cameFrom[column]];
        column = cameFrom[column];
      }
    }
    return rowOf;
  }

  private static int nextColumn(
      double[][] cost,
      int row,
      int from,
      double[] rowPotential,
      double[] columnPotential,
      int[] rowOf,
      int[] cameFrom,
      double[] slack,
      boolean[] used) {
    double least = Double.MAX_VALUE;
    int best = 0;
    for (int column = 1; column < slack.length; column++) {
      if (used[column]) {
        continue;
      }
      double reduced = cost[row - 1][column - 1] - rowPotential[row] - columnPotential[column];
      if (reduced < slack[column]) {
        slack[column] = reduced;
        cameFrom[column] = from;
      }
      if (slack[column] < least) {
        least = slack[column];
        best = column;
      }
    }
    for (int column = 0; column < slack.length; column++) {
      if (used[column]) {
        rowPotential[rowOf[column]] += least;
        columnPotential[column] -= least;
      } else {
        slack[column] -= least;
      }
    }
    return best;
  }

  private static double[][] transposed(double[][] cost, int columns) {
    double[][] other = new double[columns][cost.length];
    for (int row = 0; row < cost.length; row++) {
      for (int column = 0; column < columns; column++) {
        other[column][row] = cost[row][column];
      }
    }
    return other;
  }

  private static int[] inverted(int[] rowOf, int rows) {
    int[] columnOf = new int[rows];
    Arrays.fill(columnOf, -1);
    for (int column = 0; column < rowOf.length; column++) {
      if (rowOf[column] >= 0) {
        columnOf[rowOf[column]] = column;
      }
    }
    return columnOf;
  }
}
