package dev.watchword.tensorrt.nvidia;

import java.util.regex.Pattern;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.SizeTPointer;

/** What CUDA and TensorRT say of a failure, as exceptions of one sentence. */
final class Cuda {
  private static final double GIB = 1L << 30;
  private static final String WAY_OUT =
      "use a smaller batch or precision bf16, or end what else runs on it";

  /** As TensorRT logs what its allocator could not get. */
  private static final Pattern OUT_OF_MEMORY =
      Pattern.compile("out ?of ?memory", Pattern.CASE_INSENSITIVE);

  private Cuda() {}

  /**
   * @param action what was tried, in words that follow "cannot"
   */
  static void check(int status, String action) {
    if (status == cudart.cudaErrorMemoryAllocation) {
      throw outOfMemory(action);
    }
    if (status != cudart.cudaSuccess) {
      throw new IllegalStateException(
          "CUDA cannot %s: error %d, %s"
              .formatted(action, status, cudart.cudaGetErrorString(status).getString()));
    }
  }

  private static IllegalStateException outOfMemory(String action) {
    return new IllegalStateException(
        "The GPU's memory does not do (cannot %s): %s.".formatted(action, WAY_OUT));
  }

  static void require(boolean done, String action, NativeLog log) {
    if (!done) {
      throw failed(action, log.lastError());
    }
  }

  /**
   * @param said TensorRT's latest error, the only place where it tells a lack of memory
   */
  static IllegalStateException failed(String action, String said) {
    return OUT_OF_MEMORY.matcher(said).find()
        ? outOfMemory(action)
        : new IllegalStateException("TensorRT cannot %s: %s".formatted(action, said));
  }

  static <T> T present(T object, String action, NativeLog log) {
    require(object != null, action, log);
    return object;
  }

  /** Refuses early what would fail late. */
  static void requireFree(long bytes, String what) {
    try (SizeTPointer free = new SizeTPointer(1);
        SizeTPointer total = new SizeTPointer(1)) {
      check(cudart.cudaMemGetInfo(free, total), "ask for free memory");
      requireFree(bytes, what, free.get());
    }
  }

  static void requireFree(long bytes, String what, long free) {
    if (free < bytes) {
      throw new IllegalStateException(
          "The GPU has %.1f GiB of memory free and %s takes %.1f GiB: %s."
              .formatted(free / GIB, what, bytes / GIB, WAY_OUT));
    }
  }
}
