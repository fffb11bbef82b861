package dev.watchword.app.embedded;

import dev.watchword.service.config.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The broker's data directory, held by one process at a time. A file in it names the Kafka version
 * that last wrote there, because an older Kafka cannot read what a newer one wrote.
 *
 * <p>Kafka has a lock of its own, but takes it only after it opened the metadata log.
 *
 * <p>Errors: {@link ConfigException} with one sentence when the directory is in use or newer than
 * this Kafka.
 */
final class DataDirectory implements AutoCloseable {
  private static final String LOCK_FILE = "watchword.lock";
  private static final String VERSION_FILE = "kafka-version";

  private final Path path;
  private final FileChannel channel;

  private DataDirectory(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** Creates the directory when it is missing, takes hold of it and checks its version. */
  static DataDirectory open(Path directory, String kafkaVersion) {
    Path path = directory.toAbsolutePath().normalize();
    try {
      Files.createDirectories(path);
      FileChannel channel =
          FileChannel.open(
              path.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        lock(path, channel);
        refuseDowngrade(path, kafkaVersion);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
      return new DataDirectory(path, channel);
    } catch (IOException e) {
      throw new ConfigException(
          "Cannot use %s as Kafka's data directory (%s): choose a directory that this user may write to."
              .formatted(path, e));
    }
  }

  Path path() {
    return path;
  }

  boolean isFormatted() {
    return Files.exists(path.resolve("meta.properties"));
  }

  void writeVersion(String kafkaVersion) {
    try {
      Files.writeString(path.resolve(VERSION_FILE), kafkaVersion + System.lineSeparator());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write to Kafka's data directory " + path + ".", e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot release Kafka's data directory " + path + ".", e);
    }
  }

  private static void lock(Path path, FileChannel channel) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      throw new ConfigException(
          "Kafka's data directory %s is in use by another broker: stop that process or choose another directory."
              .formatted(path));
    }
  }

  private static void refuseDowngrade(Path path, String kafkaVersion) throws IOException {
    Path file = path.resolve(VERSION_FILE);
    if (!Files.exists(file)) {
      return;
    }
    String written = Files.readString(file).strip();
    if (Arrays.compare(numbers(written), numbers(kafkaVersion)) > 0) {
      throw new ConfigException(
          "Kafka's data directory %s was written by Kafka %s, which this Kafka %s cannot read: run the newer release again or choose another directory."
              .formatted(path, written, kafkaVersion));
    }
  }

  private static int[] numbers(String version) {
    return Arrays.stream(version.split("\\D+"))
        .filter(part -> !part.isEmpty())
        .mapToInt(Integer::parseInt)
        .toArray();
  }
}
