package dev.watchword.paligemma;

import dev.watchword.paligemma.Scratch.Use;
import dev.watchword.paligemma.TokenChooser.Columns;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * Puts the right head on the hidden states of a pass: the one over the tokens that the rows'
 * grammars ever allow, the one over the whole vocabulary, or both. May be used by several threads.
 */
final class Heads {
  private final OnnxBackend backend;
  private final TokenChooser chooser;
  private final boolean restrictedHead;

  Heads(OnnxBackend backend, TokenChooser chooser, boolean restrictedHead) {
    this.backend = backend;
    this.chooser = chooser;
    this.restrictedHead = restrictedHead;
  }

  /** The choices of each row, valid until the scratch is used again. */
  List<Row.Choices> choices(Step step, List<Row> rows, Scratch scratch) {
    Logits restricted = restricted(step, rows, scratch);
    Logits whole = whole(step, rows, scratch);
    List<Row.Choices> choices = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      choices.add(
          isRestricted(rows.get(i))
              ? new Chosen(rows.get(i), restricted, whole, i)
              : new Chosen(rows.get(i), whole, whole, i));
    }
    return choices;
  }

  private boolean isRestricted(Row answer) {
    return restrictedHead && answer.question().constrained();
  }

  private Logits restricted(Step step, List<Row> rows, Scratch scratch) {
    boolean[] some = new boolean[rows.size()];
    boolean segments = false;
    TreeMap<Integer, float[]> words = new TreeMap<>();
    for (int i = 0; i < some.length; i++) {
      some[i] = isRestricted(rows.get(i));
      if (some[i]) {
        CompiledPrompt prompt = rows.get(i).question().prompt();
        Grammar grammar = prompt.grammar().orElseThrow();
        segments |= grammar.segments();
        int[] tokens = grammar.words();
        for (int j = 0; j < tokens.length; j++) {
          words.put(tokens[j], prompt.wordRows()[j]);
        }
      }
    }
    int ranges = Vocabulary.LOCATIONS + (segments ? Vocabulary.SEGMENTS : 0);
    Logits logits = new Logits(step, rows, some, ranges + words.size());
    if (logits.rows == 0) {
      return logits;
    }
    logits.words = words.keySet().stream().mapToInt(Integer::intValue).toArray();
    logits.firstWord = ranges;
    FloatBuffer extra = scratch.floats(Use.EXTRA, words.size() * backend.hidden());
    words.values().forEach(extra::put);
    backend.restrictedHead(
        segments,
        logits.gather(step, scratch),
        logits.rows,
        extra.flip(),
        words.size(),
        logits.buffer(scratch, Use.LOGITS));
    return logits;
  }

  private Logits whole(Step step, List<Row> rows, Scratch scratch) {
    boolean[] some = new boolean[rows.size()];
    for (int i = 0; i < some.length; i++) {
      some[i] = !isRestricted(rows.get(i)) || rows.get(i).question().checked();
    }
    Logits logits = new Logits(step, rows, some, backend.vocabulary());
    if (logits.rows > 0) {
      backend.fullHead(
          logits.gather(step, scratch), logits.rows, logits.buffer(scratch, Use.ALL_LOGITS));
    }
    return logits;
  }

  /** The logits at all choices of some rows of the batch. */
  private final class Logits {
    private final int[] firstRow;
    private final int[] count;
    private final int rows;
    private final float[] row;
    private FloatBuffer values;
    private int[] words;
    private int firstWord;

    private Logits(Step step, List<Row> batch, boolean[] some, int width) {
      this.firstRow = new int[batch.size()];
      this.count = new int[batch.size()];
      int next = 0;
      for (int i = 0; i < count.length; i++) {
        firstRow[i] = next;
        count[i] = some[i] ? batch.get(i).choices() : 0;
        next += count[i];
      }
      this.rows = next;
      this.row = new float[rows == 0 ? 0 : width];
    }

    /** The hidden states, without those of other rows and of pads. */
    private FloatBuffer gather(Step step, Scratch scratch) {
      int hidden = backend.hidden();
      FloatBuffer asked = scratch.floats(Use.ASKED, rows * hidden);
      for (int i = 0; i < count.length; i++) {
        asked.put(
            firstRow[i] * hidden, step.hidden(), i * step.queries() * hidden, count[i] * hidden);
      }
      return asked;
    }

    private FloatBuffer buffer(Scratch scratch, Use use) {
      values = scratch.floats(use, Math.multiplyExact(rows, row.length));
      return values;
    }

    private float[] row(int answer, int index) {
      values.get((firstRow[answer] + index) * row.length, row);
      return row;
    }

    private Columns columns(Grammar grammar) {
      if (words == null) {
        return chooser.columns(grammar);
      }
      int[] columns = grammar.words();
      for (int i = 0; i < columns.length; i++) {
        columns[i] = firstWord + Arrays.binarySearch(words, columns[i]);
      }
      return new Columns(0, Vocabulary.LOCATIONS, columns);
    }
  }

  private final class Chosen implements Row.Choices {
    private final Row answer;
    private final Logits logits;
    private final Logits whole;
    private final int at;

    private Chosen(Row answer, Logits logits, Logits whole, int at) {
      this.answer = answer;
      this.logits = logits;
      this.whole = whole;
      this.at = at;
    }

    @Override
    public TokenChooser.Choice at(int index, int state) {
      float[] row = logits.row(at, index);
      if (state == Grammar.NONE) {
        return chooser.choose(row);
      }
      Grammar grammar = answer.question().prompt().grammar().orElseThrow();
      return chooser.choose(row, logits.columns(grammar), grammar, state);
    }

    @Override
    public int free(int index) {
      float[] row = whole.row(at, index);
      return TokenChooser.largest(row, row.length);
    }
  }
}
