package dev.watchword.paligemma;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** The embedded checkpoint's tokenizer, where the build put it. */
final class EmbeddedTokenizer {
  private EmbeddedTokenizer() {}

  static Path file() {
    try {
      return Path.of(PaliGemma.class.getResource("demo-checkpoint/tokenizer.json").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static Vocabulary vocabulary() {
    try {
      return Vocabulary.read(file());
    } catch (CheckpointException e) {
      throw new IllegalStateException(e);
    }
  }
}
