package dev.watchword.tensorrt.nvidia;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostMemoryTest {
  private static final long GIB = 1L << 30;

  @TempDir Path directory;

  @BeforeEach
  void needsNativeHalves() {
    String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    assumeThat(platform).as("the bindings' native halves are for").isEqualTo("Linux amd64");
  }

  /** The memory is asked for and, but for a few pages, never touched. */
  @Test
  void reachesWhatLiesBeyondTwoGibibytes() {
    try (HostMemory memory = HostMemory.allocate(3 * GIB)) {
      BytePointer bytes = new BytePointer(memory.pointer());
      for (long at : new long[] {0, GIB, 2 * GIB}) {
        ByteBuffer part = HostMemory.part(memory.pointer(), at, GIB);
        assertThat(part.position()).isZero();
        assertThat(part.remaining()).isEqualTo(GIB);

        part.put(0, (byte) 42).put((int) GIB - 1, (byte) 43);
        assertThat(bytes.get(at)).isEqualTo((byte) 42);
        assertThat(bytes.get(at + GIB - 1)).isEqualTo((byte) 43);
      }
    }
  }

  @Test
  void writesAndReadsFiles() throws Exception {
    byte[] content = new byte[100_000];
    new Random(3).nextBytes(content);
    Path first = Files.write(directory.resolve("first"), content);
    Path second = directory.resolve("second");

    try (HostMemory memory = HostMemory.of(first)) {
      HostMemory.write(memory.pointer(), content.length, second);
    }

    assertThat(second).hasBinaryContent(content);
  }
}
