package dev.watchword.paligemma;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;

/**
 * The small checkpoint that comes with Watchword: trained on drawn scenes only, it knows person,
 * car, truck and bag in such scenes and nothing of the real world.
 */
public final class EmbeddedCheckpoint {
  private static final String DIRECTORY = "demo-checkpoint";
  private static final List<String> FILES =
      List.of(
          "README.md",
          "config.json",
          "generation_config.json",
          "model.safetensors",
          "preprocessor_config.json",
          "tokenizer.json");

  private EmbeddedCheckpoint() {}

  /**
   * Unpacks the checkpoint below {@code cacheDirectory} unless it is there already. Several
   * processes may do so at once.
   *
   * @return the checkpoint's directory
   */
  public static Path extractTo(Path cacheDirectory) throws IOException {
    Path directory = Files.createDirectories(cacheDirectory.resolve(DIRECTORY));
    for (String name : FILES) {
      byte[] content = read(name);
      Path file = directory.resolve(name);
      if (!holds(file, content)) {
        replace(file, content);
      }
    }
    return directory;
  }

  private static byte[] read(String name) throws IOException {
    String resource = DIRECTORY + "/" + name;
    try (InputStream in = EmbeddedCheckpoint.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new FileNotFoundException(resource + " is not part of this build");
      }
      return in.readAllBytes();
    }
  }

  private static boolean holds(Path file, byte[] content) throws IOException {
    return Files.exists(file)
        && Files.size(file) == content.length
        && Arrays.equals(Files.readAllBytes(file), content);
  }

  private static void replace(Path file, byte[] content) throws IOException {
    Path partial = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".part");
    try {
      Files.write(partial, content);
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(partial);
    }
  }
}
