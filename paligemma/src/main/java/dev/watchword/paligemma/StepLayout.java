package dev.watchword.paligemma;

import dev.watchword.paligemma.Scratch.Use;
import dev.watchword.paligemma.graph.ModelConfig;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Lays the next chunks of several answers out as one forward pass. Answers of unequal length are
 * padded on the right, what they hold as well as what they add; pads are hidden as keys and each
 * row counts its own positions, so that an answer does not depend on its neighbours. Immutable.
 */
final class StepLayout {
  private final ModelConfig.Text text;
  private final int imageTokens;

  StepLayout(ModelConfig config) {
    this.text = config.text();
    this.imageTokens = config.vision().tokens();
  }

  int imageTokens() {
    return imageTokens;
  }

  /** The first pass of answers: image, prompt and proposals. */
  Step prefill(List<Answer> answers, Scratch scratch) {
    return new Layout(answers, imageTokens, scratch).step();
  }

  /** A further pass: the latest token and proposals. */
  Step decode(List<Answer> answers, Scratch scratch) {
    return new Layout(answers, 0, scratch).step();
  }

  /** Moves the new keys and values into the answers' slots, without the pads. */
  void keep(Step step, List<Answer> answers) {
    int image = step.steps() - step.text();
    for (int i = 0; i < answers.size(); i++) {
      Answer answer = answers.get(i);
      answer.slot().append(step.added(), i, step.steps(), image + answer.chunk().length);
    }
  }

  private final class Layout {
    private final List<Answer> answers;
    private final Scratch scratch;
    private final int image;
    private final int rows;
    private final int[][] chunks;
    private int longest;
    private int past;
    private int queries;
    private boolean alike = true;

    private Layout(List<Answer> answers, int image, Scratch scratch) {
      this.answers = answers;
      this.scratch = scratch;
      this.image = image;
      this.rows = answers.size();
      this.chunks = new int[rows][];
      for (int i = 0; i < rows; i++) {
        Answer answer = answers.get(i);
        chunks[i] = answer.chunk();
        longest = Math.max(longest, chunks[i].length);
        past = Math.max(past, answer.slot().length());
        queries = Math.max(queries, answer.choices());
        alike &= answer.choices() == 1;
      }
    }

    private Step step() {
      int steps = image + longest;
      int keys = past + steps;
      int seers = alike ? 1 : steps;
      LongBuffer frames = scratch.longs(Use.FRAMES, rows);
      LongBuffer tokens = scratch.longs(Use.TOKENS, rows * longest);
      LongBuffer positions = scratch.longs(Use.POSITIONS, rows * steps);
      LongBuffer query = scratch.longs(Use.QUERY, rows * queries);
      FloatBuffer bias = scratch.floats(Use.BIAS, rows * seers * keys);
      FloatBuffer queryBias = scratch.floats(Use.QUERY_BIAS, rows * queries * keys);
      float[] visible = new float[keys];
      for (int i = 0; i < rows; i++) {
        Answer answer = answers.get(i);
        int[] chunk = chunks[i];
        int held = answer.slot().length();
        int added = image + chunk.length;
        frames.put(image > 0 ? answer.question().frame() : 0);
        for (int j = 0; j < longest; j++) {
          tokens.put(j < chunk.length ? chunk[j] : 0);
        }
        for (int j = 0; j < steps; j++) {
          positions.put(held + Math.min(j + 1, added));
        }
        int first = added - answer.choices();
        for (int j = 0; j < seers; j++) {
          // What comes before the first choice sees all of itself; what follows only looks back.
          bias.put(visible(visible, held, alike ? added : seen(j, first, added)));
        }
        for (int j = 0; j < queries; j++) {
          int at = Math.min(first + j, added - 1);
          query.put((long) i * steps + at);
          queryBias.put(visible(visible, held, at + 1));
        }
      }
      return new Step(
          rows,
          longest,
          steps,
          past,
          queries,
          seers,
          frames.flip(),
          tokens.flip(),
          positions.flip(),
          query.flip(),
          bias.flip(),
          queryBias.flip(),
          cache(),
          caches(Use.ADDED, steps),
          scratch.floats(Use.HIDDEN, rows * queries * text.hidden()));
    }

    private static int seen(int step, int first, int added) {
      return Math.min(Math.max(step, first) + 1, added);
    }

    /** The bias of one position: what is held, and so many of the new positions. */
    private float[] visible(float[] bias, int held, int added) {
      Arrays.fill(bias, Float.NEGATIVE_INFINITY);
      Arrays.fill(bias, 0, held, 0);
      Arrays.fill(bias, past, past + added, 0);
      return bias;
    }

    private FloatBuffer[] cache() {
      FloatBuffer[] cache = caches(Use.CACHE, past);
      if (past > 0) {
        for (int i = 0; i < rows; i++) {
          answers.get(i).slot().copyTo(cache, i, past);
        }
      }
      return cache;
    }

    private FloatBuffer[] caches(Use use, int positions) {
      int floats =
          Math.multiplyExact(
              rows * text.keyValueHeads(), Math.multiplyExact(positions, text.headSize()));
      return scratch.floatsOfEach(use, 2 * text.layers(), floats);
    }
  }
}
