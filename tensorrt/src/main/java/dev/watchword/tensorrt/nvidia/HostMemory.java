package dev.watchword.tensorrt.nvidia;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * The host's memory of any size, from files and to files. A buffer of Java ends at 2 GiB, and one
 * that is taken at a position ends there too, so it is reached in parts.
 */
final class HostMemory implements AutoCloseable {
  private static final long AT_ONCE = 1 << 30;

  private final Pointer pointer;
  private final long bytes;

  private HostMemory(Pointer pointer, long bytes) {
    this.pointer = pointer;
    this.bytes = bytes;
  }

  /**
   * Not from the bindings' own allocator, which gives no more than Java's heap may have.
   *
   * @throws IllegalStateException in one sentence
   */
  static HostMemory allocate(long bytes) {
    Pointer pointer = Pointer.malloc(bytes);
    if (pointer == null || pointer.isNull()) {
      throw new IllegalStateException(
          "The host's memory does not do (cannot allocate %d MiB): end what else runs here."
              .formatted(bytes >> 20));
    }
    return new HostMemory(pointer, bytes);
  }

  /** All of a file. */
  static HostMemory of(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      HostMemory memory = allocate(size);
      try {
        for (long at = 0; at < size; at += AT_ONCE) {
          ByteBuffer part = part(memory.pointer, at, Math.min(AT_ONCE, size - at));
          while (part.hasRemaining()) {
            if (channel.read(part) < 0) {
              throw new EOFException(file + " became shorter while it was read");
            }
          }
        }
        return memory;
      } catch (IOException | RuntimeException e) {
        memory.close();
        throw e;
      }
    }
  }

  Pointer pointer() {
    return pointer;
  }

  long bytes() {
    return bytes;
  }

  static void write(Pointer memory, long size, Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      for (long at = 0; at < size; at += AT_ONCE) {
        ByteBuffer part = part(memory, at, Math.min(AT_ONCE, size - at));
        while (part.hasRemaining()) {
          channel.write(part);
        }
      }
      channel.force(true);
    }
  }

  /** {@code count} bytes, not more than 2 GiB of them, {@code at} bytes into some memory. */
  static ByteBuffer part(Pointer memory, long at, long count) {
    return new BytePointer(memory).getPointer(at).limit(count).asByteBuffer();
  }

  @Override
  public void close() {
    Pointer.free(pointer);
  }
}
