package dev.watchword.paligemma;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a model runs.
 *
 * @param threads threads that one forward pass uses
 * @param maxNewTokens after how many tokens an answer is cut off; a box takes about 7
 * @param adapter directory of a PEFT adapter of type LoRA that is merged at load
 * @param attentionSoftcap whether the cap on attention scores that config.json names is applied, as
 *     the models were trained; transformers leaves it out unless its attention is {@code eager}
 */
public record ModelOptions(
    int threads, int maxNewTokens, Optional<Path> adapter, boolean attentionSoftcap) {
  /** Twenty boxes of seven tokens and the end token. */
  private static final int TWENTY_BOXES = 7 * 20 + 1;

  public ModelOptions {
    if (threads < 1 || maxNewTokens < 1) {
      throw new IllegalArgumentException(
          "threads (%d) and maxNewTokens (%d) must be at least 1".formatted(threads, maxNewTokens));
    }
  }

  /** All processors, twenty boxes, no adapter, the model's own soft cap. */
  public static ModelOptions defaults() {
    return new ModelOptions(
        Runtime.getRuntime().availableProcessors(), TWENTY_BOXES, Optional.empty(), true);
  }

  public ModelOptions withThreads(int threads) {
    return new ModelOptions(threads, maxNewTokens, adapter, attentionSoftcap);
  }

  public ModelOptions withMaxNewTokens(int maxNewTokens) {
    return new ModelOptions(threads, maxNewTokens, adapter, attentionSoftcap);
  }

  /**
   * @param directory with {@code adapter_config.json} and {@code adapter_model.safetensors}
   */
  public ModelOptions withAdapter(Path directory) {
    return new ModelOptions(threads, maxNewTokens, Optional.of(directory), attentionSoftcap);
  }

  public ModelOptions withoutAttentionSoftcap() {
    return new ModelOptions(threads, maxNewTokens, adapter, false);
  }
}
