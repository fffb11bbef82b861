package dev.watchword.paligemma.graph;

import java.util.List;
import java.util.TreeSet;

/**
 * The sizes that plans are made for. An engine whose shapes are fixed has one version of each plan
 * for each combination of them; a pass takes the smallest that holds it.
 *
 * @param batches how many rows a pass may have, ascending; the largest is the number of slots
 * @param widths how many tokens a row may add in one step, ascending
 * @param texts how many tokens of text a first pass may have, proposals included, ascending
 * @param words how many different tokens a prompt's labels may have
 * @param maxNewTokens after how many tokens an answer is cut off
 */
public record PlanShapes(
    List<Integer> batches, List<Integer> widths, List<Integer> texts, int words, int maxNewTokens) {
  public PlanShapes {
    batches = ascending("batches", batches);
    widths = ascending("widths", widths);
    texts = ascending("texts", texts);
    if (words < 1 || maxNewTokens < 1) {
      throw new IllegalArgumentException(
          "words (%d) and maxNewTokens (%d) must be at least 1".formatted(words, maxNewTokens));
    }
    if (texts.getLast() <= widths.getLast()) {
      throw new IllegalArgumentException(
          "the longest text (%d) must be longer than the widest step (%d)"
              .formatted(texts.getLast(), widths.getLast()));
    }
  }

  /** One, eight and thirty-two rows; prompts of 32 tokens and a few of 112. */
  public static PlanShapes of(List<Integer> batches, int maxNewTokens) {
    return new PlanShapes(batches, List.of(1, 4, 16), List.of(32, 128), 64, maxNewTokens);
  }

  private static List<Integer> ascending(String name, List<Integer> values) {
    List<Integer> sorted = List.copyOf(new TreeSet<>(values));
    if (sorted.isEmpty() || sorted.getFirst() < 1) {
      throw new IllegalArgumentException(name + " must name numbers above 0, not " + values);
    }
    return sorted;
  }

  /** How many answers can be under way. */
  public int slots() {
    return batches.getLast();
  }

  /** At how many places of a row one pass chooses at most. */
  public int choices() {
    return widths.getLast();
  }

  /** Positions of a slot, so that the widest step at the end of the longest answer still fits. */
  public int capacity(ModelConfig config) {
    return config.vision().tokens() + texts.getLast() + maxNewTokens + widths.getLast();
  }

  /** Numbers in one row of {@link PlanGraphs}' input {@code rules}. */
  public int rules() {
    return 4 + 3 * words;
  }

  /** The smallest of {@code sizes} that holds {@code count}. */
  public static int fitting(List<Integer> sizes, int count) {
    return sizes.stream()
        .filter(size -> size >= count)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(count + " is more than any of " + sizes));
  }
}
