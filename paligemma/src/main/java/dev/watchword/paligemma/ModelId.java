package dev.watchword.paligemma;

import java.nio.file.Path;

/**
 * Which model gave an answer.
 *
 * @param checkpoint name of the checkpoint's directory or hub repository
 * @param revision short hash of its content
 * @param engine what ran it, such as {@code OnnxRuntime}
 * @param precision arithmetic, such as {@code float32}
 */
public record ModelId(String checkpoint, String revision, String engine, String precision) {
  /** A snapshot in the Hugging Face cache is named by a hash; its repository's name says more. */
  static String checkpointName(Path directory) {
    Path absolute = directory.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    if (parent != null && parent.endsWith("snapshots") && parent.getParent() != null) {
      String repository = parent.getParent().getFileName().toString();
      if (repository.startsWith("models--")) {
        return repository.substring("models--".length()).replace("--", "/");
      }
    }
    return absolute.getFileName() == null ? absolute.toString() : absolute.getFileName().toString();
  }
}
