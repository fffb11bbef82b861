package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TokenizerTest {
  @Test
  void encodesAndDecodesAsPythonDoes() throws Exception {
    Vocabulary vocabulary = EmbeddedTokenizer.vocabulary();
    try (PromptTokenizer tokenizer = PromptTokenizer.open(EmbeddedTokenizer.file())) {
      for (JsonNode golden : Golden.cases("tokenizer.json")) {
        int[] ids = tokenizer.encode(golden.get("text").asText());
        assertThat(ids).isEqualTo(Golden.ints(golden.get("ids")));
        assertThat(vocabulary.text(ids)).isEqualTo(golden.get("decoded").asText());
      }
    }
  }

  @Test
  void leavesSpecialTokensOutOfText() throws Exception {
    Vocabulary vocabulary = EmbeddedTokenizer.vocabulary();
    int[] tokens = {
      vocabulary.id("<bos>"),
      vocabulary.id("<loc0007>"),
      vocabulary.id("<eos>"),
      vocabulary.size() + 5
    };
    assertThat(vocabulary.text(tokens)).isEqualTo("<loc0007>");
  }

  @Test
  void invalidBytesBecomeReplacementCharacters() throws Exception {
    Vocabulary vocabulary = EmbeddedTokenizer.vocabulary();
    int[] tokens = {vocabulary.id("<0xE4>"), vocabulary.id("<0xBA>"), vocabulary.id("▁car")};
    assertThat(vocabulary.text(tokens)).isEqualTo("\uFFFD\uFFFD car");
  }

  @Test
  void knowsThePublishedIdsOfPaliGemma() throws Exception {
    Path file = testData().resolve("paligemma-tokenizer.json");
    assumeTrue(Files.exists(file), "skipped: " + file + " is not there");
    Vocabulary vocabulary = Vocabulary.read(file);
    assertThat(vocabulary.size()).isEqualTo(257_153);
    assertThat(vocabulary.firstLocation()).isEqualTo(256_000);
    assertThat(vocabulary.id("<eos>")).isEqualTo(1);
    assertThat(vocabulary.id("<bos>")).isEqualTo(2);
    assertThat(vocabulary.isSegment(257_024)).isTrue();
    try (PromptTokenizer tokenizer = PromptTokenizer.open(file)) {
      assertThat(tokenizer.encode("\n")).containsExactly(108);
      assertThat(tokenizer.encode(" ; ")).containsExactly(2161, 235_248);
      assertThat(tokenizer.encode("<loc0000><loc1023>")).containsExactly(256_000, 257_023);
      int[] prompt = tokenizer.encode("detect person ; car\n");
      assertThat(prompt).endsWith(108).contains(2161);
      assertThat(vocabulary.text(prompt)).isEqualTo("detect person ; car\n");
    }
  }

  private static Path testData() {
    String asked = System.getenv("WATCHWORD_TEST_DATA");
    return asked == null ? Path.of("../../shared/data") : Path.of(asked);
  }
}
