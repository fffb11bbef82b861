package dev.watchword.paligemma;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * How a model runs.
 *
 * @param threads threads that one forward pass uses
 * @param maxNewTokens after how many tokens an answer is cut off; a box takes about 7, one with a
 *     mask 23
 * @param decoding what is saved on the way to an answer
 * @param answers how the answers are read
 * @param adapter directory of a PEFT adapter of type LoRA that is merged at load
 * @param precision arithmetic of the linear layers
 * @param attentionSoftcap whether the cap on attention scores that config.json names is applied, as
 *     the models were trained; transformers leaves it out unless its attention is {@code eager}
 */
public record ModelOptions(
    int threads,
    int maxNewTokens,
    Decoding decoding,
    AnswerOptions answers,
    Optional<Path> adapter,
    Precision precision,
    boolean attentionSoftcap) {
  /** Twenty boxes of seven tokens and the end token. */
  private static final int TWENTY_BOXES = 7 * 20 + 1;

  public ModelOptions {
    Objects.requireNonNull(decoding);
    Objects.requireNonNull(answers);
    Objects.requireNonNull(adapter);
    Objects.requireNonNull(precision);
    if (threads < 1 || maxNewTokens < 1) {
      throw new IllegalArgumentException(
          "threads (%d) and maxNewTokens (%d) must be at least 1".formatted(threads, maxNewTokens));
    }
  }

  /**
   * All processors, twenty boxes, the fast decoding, no adapter, 32-bit floats, the model's own
   * soft cap.
   */
  public static ModelOptions defaults() {
    return new ModelOptions(
        Runtime.getRuntime().availableProcessors(),
        TWENTY_BOXES,
        Decoding.fast(),
        AnswerOptions.defaults(),
        Optional.empty(),
        Precision.FLOAT32,
        true);
  }

  public ModelOptions withThreads(int threads) {
    return new ModelOptions(
        threads, maxNewTokens, decoding, answers, adapter, precision, attentionSoftcap);
  }

  public ModelOptions withMaxNewTokens(int maxNewTokens) {
    return new ModelOptions(
        threads, maxNewTokens, decoding, answers, adapter, precision, attentionSoftcap);
  }

  public ModelOptions withDecoding(Decoding decoding) {
    return new ModelOptions(
        threads, maxNewTokens, decoding, answers, adapter, precision, attentionSoftcap);
  }

  public ModelOptions withAnswers(AnswerOptions answers) {
    return new ModelOptions(
        threads, maxNewTokens, decoding, answers, adapter, precision, attentionSoftcap);
  }

  /**
   * @param directory with {@code adapter_config.json} and {@code adapter_model.safetensors}
   */
  public ModelOptions withAdapter(Path directory) {
    return new ModelOptions(
        threads,
        maxNewTokens,
        decoding,
        answers,
        Optional.of(directory),
        precision,
        attentionSoftcap);
  }

  public ModelOptions withPrecision(Precision precision) {
    return new ModelOptions(
        threads, maxNewTokens, decoding, answers, adapter, precision, attentionSoftcap);
  }

  public ModelOptions withoutAttentionSoftcap() {
    return new ModelOptions(threads, maxNewTokens, decoding, answers, adapter, precision, false);
  }
}
