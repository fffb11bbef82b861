package dev.watchword.storage;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Named bytes. Names are relative, with {@code /} between their parts. An object appears whole and
 * lasting, or not at all; putting a name again replaces it. Safe for use by many threads and
 * processes. An {@link IOException} says in a sentence what the storage refused.
 */
public sealed interface ObjectStore extends AutoCloseable permits FileObjectStore, S3ObjectStore {
  /**
   * When this returns the object survives a power cut.
   *
   * @throws IllegalArgumentException when the name is not a relative one
   */
  void put(String name, byte[] bytes) throws IOException;

  /** Puts a copy of the file. */
  void put(String name, Path file) throws IOException;

  /** Throws {@link NoSuchFileException} when there is no such object. */
  byte[] read(String name) throws IOException;

  boolean exists(String name) throws IOException;

  /** The objects under a directory such as {@code detections}, sorted by name. */
  List<StoredObject> list(String directory) throws IOException;

  /** Deletes the object; one that is not there counts as deleted. */
  void delete(String name) throws IOException;

  /** Where others find the object: {@code file:///...} or {@code s3://bucket/...}. */
  String uri(String name);

  @Override
  void close();
}
