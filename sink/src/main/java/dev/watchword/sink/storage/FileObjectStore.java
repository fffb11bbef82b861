package dev.watchword.sink.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Objects as files under one directory. Names are relative, with {@code /} between their parts. An
 * object appears whole and on disk, or not at all; putting a name again replaces it. Safe for use
 * by many threads and processes.
 */
public final class FileObjectStore {
  /** Parts of names never start with a dot, so this is no object's directory. */
  private static final String INCOMING = ".incoming";

  private final Path root;

  public FileObjectStore(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  /**
   * Writes the object. When this returns it survives a power cut.
   *
   * @throws IllegalArgumentException when the name is not a relative one
   */
  public void put(String name, byte[] bytes) throws IOException {
    Path target = file(name);
    Path incoming = Files.createDirectories(root.resolve(INCOMING)).resolve(unique());
    try {
      write(incoming, bytes);
      createDirectories(target.getParent());
      Files.move(incoming, target, StandardCopyOption.ATOMIC_MOVE);
      sync(target.getParent());
    } finally {
      Files.deleteIfExists(incoming);
    }
  }

  /** Throws {@link NoSuchFileException} when there is no such object. */
  public byte[] read(String name) throws IOException {
    return Files.readAllBytes(file(name));
  }

  public boolean exists(String name) {
    return Files.isRegularFile(file(name));
  }

  /** The names of the objects under a directory such as {@code detections}, sorted. */
  public List<String> list(String directory) throws IOException {
    Path start = file(directory);
    if (!Files.isDirectory(start)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(start)) {
      return files.filter(Files::isRegularFile).map(this::name).sorted().toList();
    }
  }

  /** Deletes the object; one that is not there counts as deleted. */
  public void delete(String name) throws IOException {
    Files.deleteIfExists(file(name));
  }

  private Path file(String name) {
    for (String part : name.split("/", -1)) {
      if (part.isEmpty() || part.startsWith(".") || part.indexOf('\\') >= 0) {
        throw new IllegalArgumentException(
            "'" + name + "' is no object name: use parts/apart/by/slashes, none of them hidden");
      }
    }
    return root.resolve(name);
  }

  private String name(Path file) {
    return root.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
  }

  private static String unique() {
    return UUID.randomUUID().toString();
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  /** A new directory is on disk only when its parent is. */
  private void createDirectories(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    Files.createDirectories(directory);
    for (Path parent = directory.getParent();
        Objects.requireNonNull(parent).startsWith(root);
        parent = parent.getParent()) {
      sync(parent);
    }
  }

  private static void sync(Path directory) throws IOException {
    if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  @Override
  public String toString() {
    return "file:" + root;
  }
}
