package dev.watchword.tensorrt.nvidia;

import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.SizeTPointer;

/** CUDA's status codes as exceptions. */
final class Cuda {
  private static final double GIB = 1L << 30;

  private Cuda() {}

  /**
   * @param action what was tried, in words that follow "cannot"
   */
  static void check(int status, String action) {
    if (status == cudart.cudaErrorMemoryAllocation) {
      throw new IllegalStateException(
          "The GPU's memory does not do (cannot %s): use a smaller batch or precision bf16, or end what else runs on it."
              .formatted(action));
    }
    if (status != cudart.cudaSuccess) {
      throw new IllegalStateException(
          "CUDA cannot %s: error %d, %s"
              .formatted(action, status, cudart.cudaGetErrorString(status).getString()));
    }
  }

  static void require(boolean done, String action, NativeLog log) {
    if (!done) {
      throw new IllegalStateException("TensorRT cannot %s: %s".formatted(action, log.lastError()));
    }
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
      if (free.get() < bytes) {
        throw new IllegalStateException(
            "The GPU has %.1f GiB of memory free and %s takes %.1f GiB: use a smaller batch or precision bf16, or end what else runs on it."
                .formatted(free.get() / GIB, what, bytes / GIB));
      }
    }
  }
}
