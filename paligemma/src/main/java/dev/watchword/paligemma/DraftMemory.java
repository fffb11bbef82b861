package dev.watchword.paligemma;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The last answer to each question of each stream, as the draft of the next: a scene that does not
 * change gets the same answer again, and a draft that is right costs one pass instead of one a
 * token. A stream whose drafts keep failing goes without for a while, longer each time. Depends on
 * what was learnt alone, never on time. One thread.
 */
public final class DraftMemory {
  /** Drafts without one accepted token, in a row, after which a stream goes without. */
  private static final int FAILURES = 4;

  private static final int SHORTEST_PAUSE = 8;
  private static final int LONGEST_PAUSE = 256;

  private record Key(String stream, String prompt) {}

  private static final class Record {
    private List<Integer> answer = List.of();
    private int failures;
    private int pause = SHORTEST_PAUSE;
    private int pausedFor;
  }

  private final Map<Key, Record> records;

  /**
   * @param mostAnswers how many answers are kept; the one that was not needed for longest goes
   */
  public DraftMemory(int mostAnswers) {
    if (mostAnswers < 1) {
      throw new IllegalArgumentException("must keep at least one answer, not " + mostAnswers);
    }
    records =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Key, Record> eldest) {
            return size() > mostAnswers;
          }
        };
  }

  /**
   * A draft for the stream's next picture; empty when there is none or it would not pay.
   *
   * @param stream such as a camera's id
   */
  public List<Integer> draft(String stream, TaskPrompt prompt) {
    Record record = records.get(new Key(stream, prompt.text()));
    return record == null || record.pausedFor > 0 ? List.of() : record.answer;
  }

  /** Takes in what became of the draft, and the answer as the next one. */
  public void learn(String stream, TaskPrompt prompt, Generation generation) {
    Record record = records.computeIfAbsent(new Key(stream, prompt.text()), key -> new Record());
    record.answer = generation.tokenIds();
    if (record.pausedFor > 0) {
      record.pausedFor--;
    } else if (generation.effort().accepted() > 0) {
      record.failures = 0;
      record.pause = SHORTEST_PAUSE;
    } else if (generation.effort().drafted() > 0 && ++record.failures >= FAILURES) {
      record.pausedFor = record.pause;
      record.pause = Math.min(LONGEST_PAUSE, 2 * record.pause);
      // One failure after the pause is enough to pause again.
      record.failures = FAILURES - 1;
    }
  }
}
