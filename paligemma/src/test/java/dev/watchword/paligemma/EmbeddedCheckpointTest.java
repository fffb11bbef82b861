package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedCheckpointTest {
  private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000_000_000L);

  @TempDir Path cache;

  @Test
  void unpacksOnceAndRepairsWhatWasChanged() throws Exception {
    Path directory = EmbeddedCheckpoint.extractTo(cache.resolve("models"));
    Path weights = directory.resolve("model.safetensors");
    Path config = directory.resolve("config.json");
    byte[] original = Files.readAllBytes(weights);
    Files.setLastModifiedTime(config, LONG_AGO);
    byte[] damaged = original.clone();
    damaged[damaged.length - 1] ^= 1;
    Files.write(weights, damaged);

    assertThat(EmbeddedCheckpoint.extractTo(cache.resolve("models"))).isEqualTo(directory);

    assertThat(Files.readAllBytes(weights)).isEqualTo(original);
    assertThat(Files.getLastModifiedTime(config)).isEqualTo(LONG_AGO);
    try (var files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "README.md",
              "config.json",
              "generation_config.json",
              "model.safetensors",
              "preprocessor_config.json",
              "tokenizer.json");
    }
  }
}
