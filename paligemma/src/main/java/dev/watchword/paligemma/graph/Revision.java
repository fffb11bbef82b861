package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Twelve hexadecimal digits that change with whatever decides a model's answers. */
final class Revision {
  private Revision() {}

  static String of(Path config, List<SafeTensors> shards) throws CheckpointException {
    return of("", config, shards);
  }

  /** The revision of a model that was {@code before} and has these files on top. */
  static String of(String before, Path config, List<SafeTensors> shards)
      throws CheckpointException {
    try {
      MessageDigest digest = sha256();
      digest.update(before.getBytes(StandardCharsets.UTF_8));
      digest.update(Files.readAllBytes(config));
      for (SafeTensors shard : shards) {
        shard.fingerprint(digest);
      }
      return digits(digest);
    } catch (IOException e) {
      throw new CheckpointException("Cannot read the files beside " + config + ": " + e, e);
    }
  }

  /** The revision of a model that was {@code before} and runs with another setting. */
  static String of(String before, String setting) {
    MessageDigest digest = sha256();
    digest.update(before.getBytes(StandardCharsets.UTF_8));
    digest.update(setting.getBytes(StandardCharsets.UTF_8));
    return digits(digest);
  }

  private static String digits(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest(), 0, 6);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each JDK has SHA-256", e);
    }
  }
}
