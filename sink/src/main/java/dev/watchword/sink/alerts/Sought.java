package dev.watchword.sink.alerts;

import java.util.Set;

/**
 * Which objects a rule is about.
 *
 * @param labels empty for any
 * @param minScore a sighting needs it to count
 * @param prompts whose objects; empty for those of any prompt
 */
public record Sought(Set<String> labels, double minScore, Set<String> prompts) {
  public Sought {
    labels = Set.copyOf(labels);
    prompts = Set.copyOf(prompts);
  }

  boolean isOf(String promptId) {
    return prompts.isEmpty() || prompts.contains(promptId);
  }

  boolean fits(String label, double score) {
    return score >= minScore && (labels.isEmpty() || labels.contains(label));
  }

  /** {@code person or car}, {@code object} for any. */
  @Override
  public String toString() {
    return labels.isEmpty() ? "object" : String.join(" or ", labels.stream().sorted().toList());
  }
}
