package dev.watchword.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

/** Objects as files under one directory. */
public final class FileObjectStore implements ObjectStore {
  /** Parts of names never start with a dot, so this is no object's directory. */
  private static final String INCOMING = ".incoming";

  private final Path root;

  public FileObjectStore(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  @Override
  public void put(String name, byte[] bytes) throws IOException {
    Path target = file(name);
    place(target, incoming -> write(incoming, bytes));
  }

  @Override
  public void put(String name, Path file) throws IOException {
    Path target = file(name);
    place(target, incoming -> copy(file, incoming));
  }

  /** Writes a file somewhere. */
  private interface Writing {
    void to(Path incoming) throws IOException;
  }

  private void place(Path target, Writing writing) throws IOException {
    Path incoming = Files.createDirectories(root.resolve(INCOMING)).resolve(unique());
    try {
      writing.to(incoming);
      createDirectories(target.getParent());
      Files.move(incoming, target, StandardCopyOption.ATOMIC_MOVE);
      sync(target.getParent());
    } finally {
      Files.deleteIfExists(incoming);
    }
  }

  @Override
  public byte[] read(String name) throws IOException {
    return Files.readAllBytes(file(name));
  }

  @Override
  public boolean exists(String name) {
    return Files.isRegularFile(file(name));
  }

  @Override
  public List<StoredObject> list(String directory) throws IOException {
    Path start = file(directory);
    if (!Files.isDirectory(start)) {
      return List.of();
    }
    List<StoredObject> objects = new ArrayList<>();
    try (Stream<Path> files = Files.walk(start)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        objects.add(new StoredObject(name(file), Files.size(file)));
      }
    }
    objects.sort(Comparator.comparing(StoredObject::name));
    return objects;
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(file(name));
  }

  @Override
  public String uri(String name) {
    return file(name).toUri().toString();
  }

  @Override
  public void close() {}

  private Path file(String name) {
    return root.resolve(ObjectNames.checked(name));
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

  private static void copy(Path file, Path to) throws IOException {
    Files.copy(file, to);
    try (FileChannel channel = FileChannel.open(to, StandardOpenOption.WRITE)) {
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
