package dev.watchword.paligemma.graph;

/**
 * One version of a plan.
 *
 * @param pictures how many pictures; 0 in a step
 * @param rows how many rows
 * @param tokens how many tokens a row adds
 */
public record PlanSizes(int pictures, int rows, int tokens) {
  public boolean prefill() {
    return pictures > 0;
  }
}
