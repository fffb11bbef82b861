package dev.watchword.sink.storage;

import dev.watchword.service.config.Section;
import java.nio.file.Path;

/**
 * Where objects are kept: section {@code storage} of the file.
 *
 * @param directory the root of a {@code file:} store
 */
public record StorageConfig(Path directory) {
  private static final String FILE = "file:";

  /**
   * @param otherwise the directory when the file names none
   */
  public static StorageConfig from(Section root, Path otherwise) {
    Section storage = root.section("storage");
    return new StorageConfig(
        storage.optionalText("url").map(url -> directory(storage, url)).orElse(otherwise));
  }

  private static Path directory(Section storage, String url) {
    if (!url.startsWith(FILE) || url.equals(FILE)) {
      throw storage.wrong(
          "url", "this build keeps objects in directories; write file:PATH, not '" + url + "'");
    }
    String path = url.substring(FILE.length());
    return Path.of(path.startsWith("///") ? path.substring(2) : path);
  }
}
