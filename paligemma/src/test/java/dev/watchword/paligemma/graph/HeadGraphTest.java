package dev.watchword.paligemma.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeadGraphTest {
  @TempDir Path directory;

  @Test
  void halfPrecisionTableIsCutIntoPartsThatCoverIt() throws Exception {
    Checkpoint checkpoint = unpack("tiny-gemma2");
    StoredTensor table = checkpoint.tensor("language_model.embed_tokens.weight", 1984, 32);

    List<StoredTensor> parts = List.copyOf(HeadGraph.of(checkpoint, 32 * 4 * 500).weights());

    assertThat(parts).extracting(part -> part.shape()[0]).containsExactly(500L, 500L, 500L, 484L);
    long offset = table.offset();
    for (StoredTensor part : parts) {
      assertThat(part.offset()).isEqualTo(offset);
      assertThat(part.length()).isEqualTo(part.shape()[0] * 32 * 2);
      offset += part.length();
    }
    assertThat(offset).isEqualTo(table.offset() + table.length());
  }

  @Test
  void fullPrecisionTableStaysWhole() throws Exception {
    assertThat(HeadGraph.of(unpack("tiny-gemma"), 1).weights()).hasSize(1);
  }

  private Checkpoint unpack(String name) throws Exception {
    for (String file : List.of("config.json", "model.safetensors")) {
      try (InputStream in = getClass().getResourceAsStream("/golden/" + name + "/" + file)) {
        Files.copy(in, directory.resolve(file));
      }
    }
    return Checkpoint.open(directory);
  }
}
