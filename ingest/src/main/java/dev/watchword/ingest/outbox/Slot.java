package dev.watchword.ingest.outbox;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The directory of one process among those that share an outbox directory: the first that no living
 * process holds. What processes that are gone have left in others is moved here.
 */
final class Slot implements AutoCloseable {
  private static final int MOST = 256;
  private static final String SUFFIX = ".segment";

  private final Path directory;
  private final FileChannel lockFile;
  private long next;

  private Slot(Path directory, FileChannel lockFile) {
    this.directory = directory;
    this.lockFile = lockFile;
  }

  static Slot take(Path parent) throws IOException {
    for (int number = 0; number < MOST; number++) {
      Slot slot = tryTake(parent.resolve(Integer.toString(number)));
      if (slot != null) {
        slot.next = slot.numberAfterLast();
        slot.adopt(parent, number);
        return slot;
      }
    }
    throw new IOException("all " + MOST + " places in " + parent + " are taken");
  }

  private static Slot tryTake(Path directory) throws IOException {
    Files.createDirectories(directory);
    FileChannel lockFile =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = lockFile.tryLock();
      if (lock != null) {
        return new Slot(directory, lockFile);
      }
    } catch (OverlappingFileLockException e) {
      // This process holds it already.
    }
    lockFile.close();
    return null;
  }

  private void adopt(Path parent, int own) throws IOException {
    for (int number = 0; number < MOST; number++) {
      Path other = parent.resolve(Integer.toString(number));
      if (number == own || !Files.isDirectory(other)) {
        continue;
      }
      Slot left = tryTake(other);
      if (left != null) {
        try (left) {
          for (Path segment : left.segments()) {
            Files.move(segment, nextFile());
          }
        }
      }
    }
  }

  /** Oldest first. */
  List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return new ArrayList<>(
          files.filter(file -> file.getFileName().toString().endsWith(SUFFIX)).sorted().toList());
    }
  }

  private long numberAfterLast() throws IOException {
    List<Path> segments = segments();
    if (segments.isEmpty()) {
      return 0;
    }
    String last = segments.getLast().getFileName().toString();
    return Long.parseLong(last.substring(0, last.length() - SUFFIX.length())) + 1;
  }

  Path nextFile() {
    return directory.resolve("%019d%s".formatted(next++, SUFFIX));
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
