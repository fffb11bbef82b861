package dev.watchword.paligemma.graph;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Where one weight lies: {@code length} bytes at {@code offset} of {@code file}, little-endian and
 * row-major.
 *
 * @param name the normalised name, the same for each of the spellings in use
 * @param file the real file, symbolic links resolved
 * @param shard the file as the directory names it, for messages: a cache's real files are named by
 *     hashes
 * @param stored the type as the file spells it
 * @param type that type as the graph knows it; INT64 stands for all that are no weights
 */
@SuppressWarnings("ArrayRecordComponent") // compared by name, never by shape
public record StoredTensor(
    String name,
    Path file,
    Path shard,
    String stored,
    ElementType type,
    long[] shape,
    long offset,
    long length) {

  /** Rows {@code from} to {@code to} of a matrix, as a tensor of its own in the same bytes. */
  public StoredTensor rows(long from, long to) {
    long row = length / shape[0];
    return new StoredTensor(
        "%s[%d:%d]".formatted(name, from, to),
        file,
        shard,
        stored,
        type,
        new long[] {to - from, shape[1]},
        offset + from * row,
        (to - from) * row);
  }

  /** Reads the tensor's values. */
  public float[] read() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(Math.toIntExact(length)).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(file)) {
      while (data.hasRemaining()) {
        if (channel.read(data, offset + data.position()) < 0) {
          throw new EOFException("%s ends within tensor '%s'".formatted(file, name));
        }
      }
    }
    float[] values = new float[Math.toIntExact(length / type.bytes())];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type) {
            case FLOAT32 -> data.getFloat(i * 4);
            case FLOAT16 -> Float.float16ToFloat(data.getShort(i * 2));
            case BFLOAT16 -> Float.intBitsToFloat(data.getShort(i * 2) << 16);
            case INT64, UINT8 -> throw new IOException(name + " holds integers");
          };
    }
    return values;
  }

  /** The same bytes as a matrix of {@code shape[0]} rows. */
  StoredTensor matrix() {
    long columns = Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b);
    long[] flat = {shape[0], columns};
    return new StoredTensor(name, file, shard, stored, type, flat, offset, length);
  }

  /** The same bytes under another name. */
  StoredTensor named(String other) {
    return new StoredTensor(other, file, shard, stored, type, shape, offset, length);
  }
}
