package dev.watchword.paligemma.graph;

import dev.watchword.paligemma.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Weights as 8-bit integers, in a temporary file that only lasts until the graphs are loaded. In
 * the graph itself the same constants would be folded one after the other with all that lies
 * between, which takes four times the memory of the float weights. One thread.
 */
public final class Int8Weights implements AutoCloseable {
  static final int ZERO_POINT = 128;
  static final int LARGEST = 127;

  /** Keeps a row of zeros from being divided by 0. */
  static final float SMALLEST_SCALE = 1e-12f;

  /** Rows that are turned at once: a cache line of the transposed matrix. */
  private static final int ROWS = 64;

  private final Path file;
  private final FileChannel channel;

  /**
   * A weight {@code W [out,in]} as {@code round(W / scale) + 128}.
   *
   * @param integers unsigned, transposed: {@code [in,out]}
   * @param scales one for each output
   */
  record Scaled(StoredTensor integers, StoredTensor scales) {}

  public Int8Weights() throws CheckpointException {
    try {
      file = Files.createTempFile("watchword-int8-", ".bin").toRealPath();
      channel = FileChannel.open(file, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new CheckpointException("Cannot keep weights as 8-bit integers: " + e, e);
    }
  }

  Scaled add(StoredTensor weight, Optional<Adapter.Update> update) throws CheckpointException {
    int outputs = Math.toIntExact(weight.shape()[0]);
    int inputs = Math.toIntExact(weight.shape()[1]);
    byte[] integers = new byte[Math.multiplyExact(outputs, inputs)];
    ByteBuffer scales = ByteBuffer.allocate(4 * outputs).order(ByteOrder.LITTLE_ENDIAN);
    try {
      Optional<Change> change =
          update.isPresent() ? Optional.of(Change.read(update.get())) : Optional.empty();
      for (int first = 0; first < outputs; first += ROWS) {
        int rows = Math.min(ROWS, outputs - first);
        float[] values = weight.rows(first, first + rows).read();
        if (change.isPresent()) {
          change.get().addTo(values, first, rows);
        }
        float[] scale = scales(values, rows, inputs);
        for (float one : scale) {
          scales.putFloat(one);
        }
        turn(values, scale, integers, first, outputs);
      }
      return new Scaled(
          append(weight, ".int8", ElementType.UINT8, ByteBuffer.wrap(integers), inputs, outputs),
          append(weight, ".scale", ElementType.FLOAT32, scales.flip(), outputs));
    } catch (IOException e) {
      throw new CheckpointException(
          "Cannot keep '%s' of %s as 8-bit integers in %s: %s; set java.io.tmpdir to a directory with room."
              .formatted(weight.name(), weight.shard(), file, e.getMessage()),
          e);
    }
  }

  private static float[] scales(float[] values, int rows, int inputs) {
    float[] scales = new float[rows];
    for (int row = 0; row < rows; row++) {
      float largest = 0;
      for (int i = row * inputs; i < (row + 1) * inputs; i++) {
        largest = Math.max(largest, Math.abs(values[i]));
      }
      scales[row] = Math.max(largest / LARGEST, SMALLEST_SCALE);
    }
    return scales;
  }

  private static void turn(float[] values, float[] scales, byte[] into, int first, int outputs) {
    int inputs = values.length / scales.length;
    for (int i = 0; i < inputs; i++) {
      for (int row = 0; row < scales.length; row++) {
        int integer = (int) Math.rint(values[row * inputs + i] / scales[row]);
        into[i * outputs + first + row] = (byte) (integer + ZERO_POINT);
      }
    }
  }

  private StoredTensor append(
      StoredTensor weight, String suffix, ElementType type, ByteBuffer bytes, long... shape)
      throws IOException {
    long offset = channel.size();
    int length = bytes.remaining();
    while (bytes.hasRemaining()) {
      channel.write(bytes, channel.size());
    }
    return new StoredTensor(
        weight.name() + suffix, file, file, type.name(), type, shape, offset, length);
  }

  /** What an adapter adds to a weight. */
  private record Change(float[] up, float[] down, int rank, float scale) {
    static Change read(Adapter.Update update) throws IOException {
      StoredTensor up = update.up().matrix();
      return new Change(
          up.read(), update.down().matrix().read(), Math.toIntExact(up.shape()[1]), update.scale());
    }

    void addTo(float[] values, int first, int rows) {
      int inputs = down.length / rank;
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < inputs; i++) {
          float sum = 0;
          for (int j = 0; j < rank; j++) {
            sum += up[(first + row) * rank + j] * down[j * inputs + i];
          }
          values[row * inputs + i] += scale * sum;
        }
      }
    }
  }

  /** Deletes the file; a runtime that has mapped it keeps what it sees. */
  @Override
  public void close() {
    try {
      channel.close();
      Files.deleteIfExists(file);
    } catch (IOException e) {
      file.toFile().deleteOnExit();
    }
  }
}
