package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Recognises what is often found where a safetensors file should be. */
public final class ForeignFile {
  private static final String POINTER = "version https://git-lfs";

  private ForeignFile() {}

  /**
   * @param start the file's first bytes
   */
  static void refuse(Path file, ByteBuffer start) throws CheckpointException {
    String text = StandardCharsets.ISO_8859_1.decode(start.duplicate()).toString();
    String what = null;
    if (text.isEmpty()) {
      what = "is empty";
    } else if (isPointer(text)) {
      what = "is a Git LFS pointer, not the weights";
    } else if (text.startsWith("GGUF")) {
      what = "is a GGUF file, not safetensors";
    } else if (text.startsWith("PK") || text.startsWith("\u0080\u0002")) {
      what = "is a PyTorch file, not safetensors";
    } else if (text.stripLeading().startsWith("<")) {
      what = "is a web page, not the weights";
    }
    if (what != null) {
      throw new CheckpointException("%s %s: download the file itself.".formatted(file, what));
    }
  }

  private static boolean isPointer(String text) {
    return text.startsWith(POINTER);
  }

  /** Whether the file's content was left on the Git LFS server. */
  public static boolean isPointer(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return isPointer(new String(in.readNBytes(POINTER.length()), StandardCharsets.ISO_8859_1));
    }
  }
}
