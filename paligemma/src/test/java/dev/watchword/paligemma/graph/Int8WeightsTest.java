package dev.watchword.paligemma.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Int8WeightsTest {
  @TempDir private Path directory;

  private StoredTensor matrix(String name, int rows, int columns, float[] values)
      throws IOException {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      data.putFloat(value);
    }
    Path file = Files.write(directory.resolve(name), data.array());
    return new StoredTensor(
        name,
        file,
        file,
        "F32",
        ElementType.FLOAT32,
        new long[] {rows, columns},
        0,
        data.capacity());
  }

  private static float[] values(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static byte[] bytes(StoredTensor tensor) throws IOException {
    byte[] all = Files.readAllBytes(tensor.file());
    return Arrays.copyOfRange(
        all, (int) tensor.offset(), (int) (tensor.offset() + tensor.length()));
  }

  /** More rows than are turned at once, and not a multiple of them. */
  @Test
  void areTransposedAndOffByHalfAStepAtMost() throws Exception {
    int outputs = 150;
    int inputs = 37;
    float[] values = values(new Random(1), outputs * inputs);
    Arrays.fill(values, 5 * inputs, 6 * inputs, 0);
    StoredTensor weight = matrix("w", outputs, inputs, values);
    try (Int8Weights weights = new Int8Weights()) {
      weights.add(matrix("other", 1, 1, new float[] {1}), Optional.empty());
      Int8Weights.Scaled scaled = weights.add(weight, Optional.empty());

      byte[] integers = bytes(scaled.integers());
      float[] scales = scaled.scales().read();
      assertThat(scaled.integers().shape()).containsExactly(inputs, outputs);
      for (int o = 0; o < outputs; o++) {
        int largest = 0;
        for (int i = 0; i < inputs; i++) {
          int integer = (integers[i * outputs + o] & 0xff) - Int8Weights.ZERO_POINT;
          largest = Math.max(largest, Math.abs(integer));
          assertThat(integer * scales[o])
              .isCloseTo(values[o * inputs + i], within(0.501f * scales[o]));
        }
        assertThat(largest).isEqualTo(o == 5 ? 0 : Int8Weights.LARGEST);
      }
    }
  }

  @Test
  void holdWhatAnAdapterAdds() throws Exception {
    Random random = new Random(2);
    int outputs = 70;
    int inputs = 20;
    int rank = 3;
    float[] base = values(random, outputs * inputs);
    float[] up = values(random, outputs * rank);
    float[] down = values(random, rank * inputs);
    float[] merged = base.clone();
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < inputs; i++) {
        for (int j = 0; j < rank; j++) {
          merged[o * inputs + i] += 0.5f * up[o * rank + j] * down[j * inputs + i];
        }
      }
    }
    Adapter.Update update =
        new Adapter.Update(
            "w", matrix("down", rank, inputs, down), matrix("up", outputs, rank, up), 0.5f);
    try (Int8Weights weights = new Int8Weights()) {
      Int8Weights.Scaled adapted =
          weights.add(matrix("w", outputs, inputs, base), Optional.of(update));
      Int8Weights.Scaled whole =
          weights.add(matrix("m", outputs, inputs, merged), Optional.empty());

      assertThat(adapted.scales().read()).containsExactly(whole.scales().read(), within(1e-6f));
      byte[] one = bytes(adapted.integers());
      byte[] other = bytes(whole.integers());
      for (int i = 0; i < one.length; i++) {
        assertThat(one[i] & 0xff).isCloseTo(other[i] & 0xff, within(1));
      }
    }
  }

  @Test
  void leaveNoFileBehind() throws Exception {
    Path file;
    try (Int8Weights weights = new Int8Weights()) {
      file = weights.add(matrix("w", 1, 1, new float[] {1}), Optional.empty()).integers().file();
      assertThat(file).exists();
    }
    assertThat(file).doesNotExist();
  }
}
