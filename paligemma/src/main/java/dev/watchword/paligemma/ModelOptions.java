package dev.watchword.paligemma;

import java.util.Objects;

/**
 * How a model runs.
 *
 * @param threads threads that one forward pass uses
 * @param maxNewTokens after how many tokens an answer is cut off; a box takes about 7, one with a
 *     mask 23
 * @param decoding what is saved on the way to an answer
 * @param answers how the answers are read
 */
public record ModelOptions(
    int threads, int maxNewTokens, Decoding decoding, AnswerOptions answers) {
  /** Twenty boxes of seven tokens and the end token. */
  private static final int TWENTY_BOXES = 7 * 20 + 1;

  public ModelOptions {
    Objects.requireNonNull(decoding);
    if (threads < 1 || maxNewTokens < 1) {
      throw new IllegalArgumentException(
          "threads (%d) and maxNewTokens (%d) must be at least 1".formatted(threads, maxNewTokens));
    }
  }

  /** All processors, twenty boxes, the fast decoding. */
  public static ModelOptions defaults() {
    return new ModelOptions(
        Runtime.getRuntime().availableProcessors(),
        TWENTY_BOXES,
        Decoding.fast(),
        AnswerOptions.defaults());
  }

  public ModelOptions withThreads(int threads) {
    return new ModelOptions(threads, maxNewTokens, decoding, answers);
  }

  public ModelOptions withMaxNewTokens(int maxNewTokens) {
    return new ModelOptions(threads, maxNewTokens, decoding, answers);
  }

  public ModelOptions withDecoding(Decoding decoding) {
    return new ModelOptions(threads, maxNewTokens, decoding, answers);
  }

  public ModelOptions withAnswers(AnswerOptions answers) {
    return new ModelOptions(threads, maxNewTokens, decoding, answers);
  }
}
