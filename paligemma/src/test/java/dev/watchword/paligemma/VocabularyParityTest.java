package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The published vocabulary of 257,153 tokens, when it is there, against Python's tokenizers. */
class VocabularyParityTest {
  private static Path file() {
    String asked = System.getenv("WATCHWORD_TEST_DATA");
    Path file =
        (asked == null ? Path.of("../../shared/data") : Path.of(asked))
            .resolve("paligemma-tokenizer.json");
    assumeTrue(Files.exists(file), "skipped: " + file + " is not there");
    return file;
  }

  @Test
  void encodesAndDecodesAsPythonDoes() throws Exception {
    Path file = file();
    Vocabulary vocabulary = Vocabulary.read(file);
    try (PromptTokenizer tokenizer = PromptTokenizer.open(file)) {
      for (JsonNode golden : Golden.cases("vocabulary.json")) {
        int[] ids = Golden.ints(golden.get("ids"));
        if (golden.has("text")) {
          assertThat(tokenizer.encode(golden.get("text").asText()))
              .as("%s", golden.get("text"))
              .isEqualTo(ids);
        }
        assertThat(vocabulary.text(ids))
            .as("%s", golden.get("ids"))
            .isEqualTo(golden.get("decoded").asText());
      }
    }
  }

  /** Any text: also halves of surrogate pairs, zeros and all of the planes. */
  @Test
  void takesAnyString() throws Exception {
    check(file());
    check(Golden.directory("variants").resolve("tokenizer.json"));
  }

  private static void check(Path file) throws Exception {
    Vocabulary vocabulary = Vocabulary.read(file);
    Random random = new Random(3);
    try (PromptTokenizer tokenizer = PromptTokenizer.open(file)) {
      for (int i = 0; i < 500; i++) {
        StringBuilder text = new StringBuilder();
        for (int j = random.nextInt(20); j > 0; j--) {
          text.append((char) random.nextInt(1 << (4 + random.nextInt(13))));
        }
        assertThat(vocabulary.text(tokenizer.encode(text.toString()))).isNotNull();
      }
    }
  }
}
