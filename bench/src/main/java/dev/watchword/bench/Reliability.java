package dev.watchword.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * How often boxes of a score are right, in ten bins of equal width, and the expected calibration
 * error: the mean distance between a bin's mean score and its share of right boxes, weighted by the
 * bin's boxes (Guo et al. 2017, "On Calibration of Modern Neural Networks").
 */
final class Reliability {
  private static final int BINS = 10;

  private record Box(double score, boolean right) {}

  private final List<List<Box>> bins = new ArrayList<>();
  private int boxes;

  Reliability() {
    for (int i = 0; i < BINS; i++) {
      bins.add(new ArrayList<>());
    }
  }

  void add(double score, boolean right) {
    bins.get(Math.min(BINS - 1, (int) (score * BINS))).add(new Box(score, right));
    boxes++;
  }

  double expectedError() {
    double error = 0;
    for (List<Box> bin : bins) {
      error += Math.abs(meanScore(bin) - shareRight(bin)) * bin.size() / Math.max(1, boxes);
    }
    return error;
  }

  /** A Markdown table, a line per bin that has boxes. */
  void print() {
    System.out.println("| score | boxes | mean score | share of right boxes |\n|---|---|---|---|");
    for (int i = 0; i < BINS; i++) {
      List<Box> bin = bins.get(i);
      if (!bin.isEmpty()) {
        System.out.printf(
            "| %.1f to %.1f | %d | %.2f | %.2f |%n",
            (double) i / BINS, (i + 1.0) / BINS, bin.size(), meanScore(bin), shareRight(bin));
      }
    }
  }

  private static double meanScore(List<Box> bin) {
    return bin.stream().mapToDouble(Box::score).average().orElse(0);
  }

  private static double shareRight(List<Box> bin) {
    return bin.stream().mapToDouble(box -> box.right() ? 1 : 0).average().orElse(0);
  }
}
