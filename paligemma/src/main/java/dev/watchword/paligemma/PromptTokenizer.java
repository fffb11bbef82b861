package dev.watchword.paligemma;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Turns text into token ids by {@code tokenizer.json}. Holds native memory until closed; may be
 * used by several threads.
 */
final class PromptTokenizer implements AutoCloseable {
  private static final String OFFLINE = "ai.djl.offline";

  private final HuggingFaceTokenizer tokenizer;

  private PromptTokenizer(HuggingFaceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  static PromptTokenizer open(Path file) throws CheckpointException {
    if (System.getProperty(OFFLINE) == null) {
      // Otherwise the library looks for a CUDA build of itself in the network when it sees a GPU.
      System.setProperty(OFFLINE, "true");
    }
    try {
      // The layout places the begin token itself; a template must not add a second one.
      return new PromptTokenizer(
          HuggingFaceTokenizer.newInstance(
              file,
              Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false")));
    } catch (IOException | RuntimeException e) {
      throw new CheckpointException(
          "%s cannot be loaded as a tokenizer: %s.".formatted(file, e.getMessage()), e);
    }
  }

  int[] encode(String text) {
    long[] ids = tokenizer.encode(text, false, false).getIds();
    int[] narrow = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      narrow[i] = Math.toIntExact(ids[i]);
    }
    return narrow;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
