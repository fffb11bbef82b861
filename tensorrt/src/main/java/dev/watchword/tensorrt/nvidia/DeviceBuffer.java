package dev.watchword.tensorrt.nvidia;

import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Memory of the device, zero at first. */
final class DeviceBuffer implements AutoCloseable {
  /** TensorRT's alignment of tensors. */
  static final long ALIGNMENT = 256;

  private final Pointer pointer = new Pointer();
  private final long bytes;

  /**
   * @param what it is for, in words that follow "allocate memory for"
   */
  DeviceBuffer(long bytes, String what) {
    this.bytes = Math.max(bytes, ALIGNMENT);
    Cuda.check(cudart.cudaMalloc(pointer, this.bytes), "allocate memory for " + what);
    Cuda.check(cudart.cudaMemset(pointer, 0, this.bytes), "clear memory for " + what);
    // The lanes' streams do not wait for the default one.
    Cuda.check(cudart.cudaDeviceSynchronize(), "clear memory for " + what);
  }

  long bytes() {
    return bytes;
  }

  Pointer pointer() {
    return pointer;
  }

  /** The address {@code offset} bytes on. */
  Pointer at(long offset) {
    return new BytePointer(pointer).getPointer(offset);
  }

  @Override
  public void close() {
    Cuda.check(cudart.cudaFree(pointer), "free memory");
  }
}
