package dev.watchword.bench;

import java.util.Arrays;
import java.util.Collection;

/** Numbers of one kind, and their quantiles. */
record Sample(double[] sorted) {
  static Sample of(Collection<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return new Sample(sorted);
  }

  /** The value below which the fraction {@code q} of the sample lies (nearest rank). */
  double quantile(double q) {
    return sorted.length == 0
        ? Double.NaN
        : sorted[(int) Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  }

  double median() {
    return quantile(0.5);
  }
}
