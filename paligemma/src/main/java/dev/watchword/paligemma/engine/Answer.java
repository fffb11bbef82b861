package dev.watchword.paligemma.engine;

import dev.watchword.paligemma.Generation;

/**
 * What an engine made of one request. One request's failure is its own: the others of its batch
 * have their answers.
 */
public sealed interface Answer {
  Usage usage();

  /** The model answered. */
  record Given(Generation generation, Usage usage) implements Answer {
    /** The answer of a model in this process, which costs no money. */
    public static Given of(Generation generation) {
      return new Given(generation, Usage.local(generation.tokens()));
    }
  }

  /**
   * There is no answer and, for this request, there will be none.
   *
   * @param failure one sentence
   */
  record Failed(Reason reason, String failure, Usage usage) implements Answer {}

  /** Why there is no answer. */
  enum Reason {
    /** The model's endpoint does not answer, or answers that it cannot now, after all retries. */
    UNREACHABLE,
    /** The endpoint does not accept the request: the key, the model's name or the picture. */
    REFUSED,
    /** The model said something that is no answer to the prompt. */
    UNREADABLE,
    /** The model cannot be asked this kind of prompt. */
    UNSUPPORTED
  }
}
