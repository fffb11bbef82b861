package dev.watchword.paligemma.graph;

import java.nio.file.Path;

/**
 * Where one weight lies: {@code length} bytes at {@code offset} of {@code file}, little-endian and
 * row-major.
 *
 * @param name the normalised name, the same for each of the spellings in use
 * @param file the real file, symbolic links resolved
 */
@SuppressWarnings("ArrayRecordComponent") // compared by name, never by shape
public record StoredTensor(
    String name, Path file, ElementType type, long[] shape, long offset, long length) {}
