package dev.watchword.paligemma;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Remembers the latest answer to each question about each stream of pictures, as the draft of the
 * next one ({@link Request#draft}). A draft never changes an answer, it only costs when it is
 * wrong, so a question whose answers keep changing gets none. Whether they do is seen from the
 * answers alone, with or without a draft: when they settle, drafts come back. Deterministic in the
 * order of the calls. Thread-safe.
 */
public final class Drafts {
  /** How much the latest answer counts in the average, against all before it. */
  private static final double LATEST = 0.25;

  /** Fewer right tokens than this, on average, save less than the wrong ones cost. */
  private static final double WORTH_IT = 1.5;

  private final Map<Key, Memory> memories;

  private record Key(String stream, String prompt) {}

  /**
   * @param answer the latest
   * @param repeated in how many places an answer has the token of the one before, on average
   */
  private record Memory(List<Integer> answer, double repeated) {}

  /**
   * @param questions how many streams and prompts are remembered; the longest unused is forgotten
   */
  public Drafts(int questions) {
    this.memories =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Key, Memory> eldest) {
            return size() > questions;
          }
        };
  }

  /**
   * A draft, or nothing when none is worth it.
   *
   * @param stream whose pictures follow each other, such as a camera's id
   */
  public synchronized List<Integer> draft(String stream, TaskPrompt prompt) {
    Memory memory = memories.get(new Key(stream, prompt.text()));
    return memory == null || memory.repeated < WORTH_IT ? List.of() : memory.answer;
  }

  /** Takes the answer about the stream's latest picture. */
  public synchronized void learn(String stream, TaskPrompt prompt, Generation generation) {
    Key key = new Key(stream, prompt.text());
    List<Integer> answer = generation.tokenIds();
    Memory before = memories.get(key);
    double repeated = before == null ? 2 * WORTH_IT : before.repeated;
    // A draft of the end alone is free, and says nothing of others.
    if (before != null && before.answer.size() > 1) {
      repeated += LATEST * (samePlaces(before.answer, answer) - repeated);
    }
    memories.put(key, new Memory(answer, repeated));
  }

  /** Forgets all answers. */
  public synchronized void clear() {
    memories.clear();
  }

  /** A wrong coordinate does not spoil the rest of a draft, so each place counts on its own. */
  private static int samePlaces(List<Integer> one, List<Integer> other) {
    int count = 0;
    for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
      count += one.get(i).equals(other.get(i)) ? 1 : 0;
    }
    return count;
  }
}
