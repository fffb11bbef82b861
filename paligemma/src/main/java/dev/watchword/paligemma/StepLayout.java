package dev.watchword.paligemma;

import dev.watchword.paligemma.Scratch.Use;
import dev.watchword.paligemma.graph.ModelConfig;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Lays the next chunks of several rows out as one forward pass. Rows of unequal length are padded
 * on the right, what they hold as well as what they add; pads are hidden as keys and each row
 * counts its own positions, so that it does not depend on its neighbours. Immutable.
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

  /** The first pass of rows: image, prompt and proposals. */
  Step prefill(List<Row> rows, Scratch scratch) {
    return new Layout(rows, imageTokens, scratch).step();
  }

  /** A further pass: the latest token and proposals. */
  Step decode(List<Row> rows, Scratch scratch) {
    return new Layout(rows, 0, scratch).step();
  }

  /** Moves the new keys and values into the rows' slots, without the pads. */
  void keep(Step step, List<Row> rows) {
    int image = step.steps() - step.text();
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      ((HostSlot) row.slot()).append(step.added(), i, step.steps(), image + row.chunk().length);
    }
  }

  private final class Layout {
    private final List<Row> rows;
    private final Scratch scratch;
    private final int image;
    private final int count;
    private final int[][] chunks;
    private int longest;
    private int past;
    private int queries;
    private boolean alike = true;

    private Layout(List<Row> rows, int image, Scratch scratch) {
      this.rows = rows;
      this.scratch = scratch;
      this.image = image;
      this.count = rows.size();
      this.chunks = new int[count][];
      for (int i = 0; i < count; i++) {
        Row row = rows.get(i);
        chunks[i] = row.chunk();
        longest = Math.max(longest, chunks[i].length);
        past = Math.max(past, row.slot().length());
        queries = Math.max(queries, row.choices());
        alike &= row.choices() == 1;
      }
    }

    private Step step() {
      int steps = image + longest;
      int keys = past + steps;
      int seers = alike ? 1 : steps;
      LongBuffer frames = scratch.longs(Use.FRAMES, count);
      LongBuffer tokens = scratch.longs(Use.TOKENS, count * longest);
      LongBuffer positions = scratch.longs(Use.POSITIONS, count * steps);
      LongBuffer query = scratch.longs(Use.QUERY, count * queries);
      FloatBuffer bias = scratch.floats(Use.BIAS, count * seers * keys);
      FloatBuffer queryBias = scratch.floats(Use.QUERY_BIAS, count * queries * keys);
      float[] visible = new float[keys];
      for (int i = 0; i < count; i++) {
        Row row = rows.get(i);
        int[] chunk = chunks[i];
        int held = row.slot().length();
        int added = image + chunk.length;
        frames.put(image > 0 ? row.question().frame() : 0);
        for (int j = 0; j < longest; j++) {
          tokens.put(j < chunk.length ? chunk[j] : 0);
        }
        for (int j = 0; j < steps; j++) {
          positions.put(held + Math.min(j + 1, added));
        }
        int first = added - row.choices();
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
          count,
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
          scratch.floats(Use.HIDDEN, count * queries * text.hidden()));
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
        for (int i = 0; i < count; i++) {
          ((HostSlot) rows.get(i).slot()).copyTo(cache, i, past);
        }
      }
      return cache;
    }

    private FloatBuffer[] caches(Use use, int positions) {
      int floats =
          Math.multiplyExact(
              count * text.keyValueHeads(), Math.multiplyExact(positions, text.headSize()));
      return scratch.floatsOfEach(use, 2 * text.layers(), floats);
    }
  }
}
