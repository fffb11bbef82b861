package dev.watchword.app.replay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a video file is, in few bytes: the SHA-256 of its size and of 64 evenly spread blocks. A
 * night's recording of many gigabytes is told from another in no time.
 */
final class ContentDigest {
  private static final int BLOCKS = 64;
  private static final int BLOCK_BYTES = 64 << 10;

  private ContentDigest() {}

  /**
   * @param path a file, or a folder whose files count with their names
   */
  static String of(Path path) throws IOException {
    MessageDigest digest = sha256();
    if (Files.isDirectory(path)) {
      for (Path file : filesOf(path)) {
        digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
        add(file, digest);
      }
    } else {
      add(path, digest);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static List<Path> filesOf(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void add(Path file, MessageDigest digest) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      digest.update(Long.toString(size).getBytes(StandardCharsets.UTF_8));
      ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
      long step = Math.max(BLOCK_BYTES, size / BLOCKS);
      for (long at = 0; at < size; at += step) {
        block.clear();
        while (block.hasRemaining() && channel.read(block, at + block.position()) > 0) {
          // Reads may be short.
        }
        digest.update(block.flip());
      }
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
