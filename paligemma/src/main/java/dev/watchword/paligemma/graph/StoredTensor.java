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
    String name, Path file, ElementType type, long[] shape, long offset, long length) {

  /** Rows {@code from} to {@code to} of a matrix, as a tensor of its own in the same bytes. */
  StoredTensor rows(long from, long to) {
    long row = length / shape[0];
    return new StoredTensor(
        "%s[%d:%d]".formatted(name, from, to),
        file,
        type,
        new long[] {to - from, shape[1]},
        offset + from * row,
        (to - from) * row);
  }
}
