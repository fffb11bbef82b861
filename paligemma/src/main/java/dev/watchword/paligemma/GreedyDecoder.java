package dev.watchword.paligemma;

import dev.watchword.paligemma.OnnxBackend.Cache;
import dev.watchword.paligemma.OnnxBackend.Features;
import dev.watchword.paligemma.Scratch.Use;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Plain greedy decoding of a batch over the whole vocabulary. Prompts of unequal length are padded
 * on the right; the pads are hidden as keys, and each row counts its own positions, so a row's
 * answer does not depend on its neighbours. May be used by several threads.
 */
final class GreedyDecoder {
  private final OnnxBackend backend;
  private final TokenChooser chooser;
  private final int imageTokens;
  private final int maxNewTokens;

  GreedyDecoder(OnnxBackend backend, TokenChooser chooser, int imageTokens, int maxNewTokens) {
    this.backend = backend;
    this.chooser = chooser;
    this.imageTokens = imageTokens;
    this.maxNewTokens = maxNewTokens;
  }

  /** The answers in the order of the prompts, the end token included. */
  record Decoded(List<List<EmittedToken>> answers, Duration prefill, Duration decode) {}

  /**
   * @param frames which frame of {@code features} each row looks at
   * @param prompts the text tokens of each row, begin token to line feed
   */
  Decoded decode(Features features, int[] frames, int[][] prompts, Scratch scratch) {
    Rows rows = new Rows(frames, prompts, scratch);
    long start = System.nanoTime();
    Cache cache = backend.prefill(features, rows.prefill(), rows.logits());
    long prefilled = System.nanoTime();
    try {
      while (rows.choose()) {
        Cache next = backend.decode(cache, rows.step(), rows.logits());
        cache.close();
        cache = next;
      }
    } finally {
      cache.close();
    }
    long end = System.nanoTime();
    return new Decoded(
        rows.answers, Duration.ofNanos(prefilled - start), Duration.ofNanos(end - prefilled));
  }

  /** The rows of one batch while they are being decoded. */
  private final class Rows {
    private final Scratch scratch;
    private final int count;
    private final int[] frames;
    private final int[][] prompts;
    private final int longestPrompt;
    private final List<List<EmittedToken>> answers = new ArrayList<>();
    private final boolean[] finished;
    private final float[] row = new float[backend.vocabulary()];
    private int emitted;

    private Rows(int[] frames, int[][] prompts, Scratch scratch) {
      this.scratch = scratch;
      this.count = prompts.length;
      this.frames = frames;
      this.prompts = prompts;
      this.finished = new boolean[count];
      int longest = 0;
      for (int[] prompt : prompts) {
        longest = Math.max(longest, prompt.length);
        answers.add(new ArrayList<>());
      }
      this.longestPrompt = longest;
    }

    private FloatBuffer logits() {
      return scratch.floats(Use.LOGITS, count * row.length);
    }

    /** How many positions row {@code i} has before its answer. */
    private int prefix(int i) {
      return imageTokens + prompts[i].length;
    }

    private Step prefill() {
      int steps = imageTokens + longestPrompt;
      LongBuffer tokens = scratch.longs(Use.TOKENS, count * longestPrompt);
      LongBuffer positions = scratch.longs(Use.POSITIONS, count * steps);
      LongBuffer last = scratch.longs(Use.LAST, count);
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < longestPrompt; j++) {
          tokens.put(j < prompts[i].length ? prompts[i][j] : 0);
        }
        for (int j = 0; j < steps; j++) {
          positions.put(Math.min(j + 1, prefix(i)));
        }
        last.put((long) i * steps + prefix(i) - 1);
      }
      return new Step(
          count,
          longestPrompt,
          steps,
          steps,
          frames(true),
          tokens.flip(),
          positions.flip(),
          bias(steps),
          last.flip());
    }

    /** One token for each row; a finished row repeats its last one, unheard. */
    private Step step() {
      LongBuffer tokens = scratch.longs(Use.TOKENS, count);
      LongBuffer positions = scratch.longs(Use.POSITIONS, count);
      LongBuffer last = scratch.longs(Use.LAST, count);
      for (int i = 0; i < count; i++) {
        tokens.put(answers.get(i).getLast().id());
        positions.put(prefix(i) + emitted);
        last.put(i);
      }
      int keys = imageTokens + longestPrompt + emitted;
      return new Step(
          count,
          1,
          1,
          keys,
          frames(false),
          tokens.flip(),
          positions.flip(),
          bias(keys),
          last.flip());
    }

    private LongBuffer frames(boolean look) {
      LongBuffer buffer = scratch.longs(Use.FRAMES, count);
      for (int frame : frames) {
        buffer.put(look ? frame : 0);
      }
      return buffer.flip();
    }

    private FloatBuffer bias(int keys) {
      FloatBuffer bias = scratch.floats(Use.BIAS, count * keys);
      for (int i = 0; i < count; i++) {
        for (int key = 0; key < keys; key++) {
          boolean pad = key >= prefix(i) && key < imageTokens + longestPrompt;
          bias.put(pad ? Float.NEGATIVE_INFINITY : 0);
        }
      }
      return bias.flip();
    }

    /** Takes each row's next token; false when no row goes on. */
    private boolean choose() {
      FloatBuffer logits = logits();
      boolean open = false;
      for (int i = 0; i < count; i++) {
        if (!finished[i]) {
          logits.get(i * row.length, row);
          EmittedToken token = chooser.choose(row);
          answers.get(i).add(token);
          finished[i] = chooser.ends(token.id());
          open |= !finished[i];
        }
      }
      emitted++;
      return open && emitted < maxNewTokens;
    }
  }
}
