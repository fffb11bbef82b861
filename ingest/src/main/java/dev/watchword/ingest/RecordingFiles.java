package dev.watchword.ingest;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * One camera's recordings in the storage's directory: {@code
 * recordings/gate/2026-03-01/120000.123-89abcdef.mp4}, named by the time of their first frame (UTC)
 * and the end of their session's id. A file that is being written has a dot before its name, which
 * makes it no object of the storage, and is locked by its writer.
 */
final class RecordingFiles {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("yyyy-MM-dd", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HHmmss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter BOTH =
      DateTimeFormatter.ofPattern("yyyy-MM-dd/HHmmss.SSS", Locale.ROOT);
  private static final int TIME_LENGTH = "HHmmss.SSS".length();
  private static final String SUFFIX = ".mp4";

  private final Path storage;
  private final Path root;

  RecordingFiles(Path storage, String camera) {
    this.storage = storage;
    this.root = storage.resolve("recordings").resolve(camera);
  }

  /** Where a new segment is written, its directory made. */
  Path begin(Instant start, String session) throws IOException {
    Path day = Files.createDirectories(root.resolve(DAY.format(start)));
    String end = session.substring(Math.max(0, session.length() - 8));
    return day.resolve("." + TIME.format(start) + "-" + end + SUFFIX);
  }

  /** Gives a written segment its name. */
  Path finish(Path written) throws IOException {
    Path finished = written.resolveSibling(written.getFileName().toString().substring(1));
    return Files.move(written, finished, StandardCopyOption.ATOMIC_MOVE);
  }

  /** The object's name in the storage. */
  String name(Path file) {
    return storage.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
  }

  /** When the segment's first frame was captured; to the millisecond. */
  Instant start(Path file) throws IOException {
    String name = file.getFileName().toString();
    String time = name.startsWith(".") ? name.substring(1) : name;
    try {
      return LocalDateTime.parse(
              file.getParent().getFileName()
                  + "/"
                  + time.substring(0, Math.min(TIME_LENGTH, time.length())),
              BOTH)
          .toInstant(ZoneOffset.UTC);
    } catch (DateTimeParseException e) {
      throw new IOException(file + " is not named like a recording", e);
    }
  }

  /** Finished segments, oldest first. */
  List<Path> finished() throws IOException {
    return files(false);
  }

  /** Files that were being written when their process ended. */
  List<Path> abandoned() throws IOException {
    List<Path> abandoned = new ArrayList<>();
    for (Path file : files(true)) {
      if (!isLocked(file)) {
        abandoned.add(file);
      }
    }
    return abandoned;
  }

  private List<Path> files(boolean unfinished) throws IOException {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(root, 2)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(SUFFIX))
          .filter(file -> file.getFileName().toString().startsWith(".") == unfinished)
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    }
  }

  private static boolean isLocked(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return channel.tryLock() == null;
    } catch (OverlappingFileLockException e) {
      return true;
    }
  }

  /** Deletes the segment, and its day when that is empty. */
  void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
    try (Stream<Path> rest = Files.list(file.getParent())) {
      if (rest.findAny().isPresent()) {
        return;
      }
    }
    Files.deleteIfExists(file.getParent());
  }

  /** Bytes that may still be written to the disk. */
  long free() throws IOException {
    Files.createDirectories(root);
    return Files.getFileStore(root).getUsableSpace();
  }
}
