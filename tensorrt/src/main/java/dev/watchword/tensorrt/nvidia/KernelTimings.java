package dev.watchword.tensorrt.nvidia;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;
import org.bytedeco.tensorrt.nvinfer.ITimingCache;

/**
 * How long kernels took, kept in a file from one build to the next: most of a build's time is
 * trying them out, and plans of one model, or of other batches, have many in common.
 */
final class KernelTimings {
  private final Path file;
  private final NativeLog log;

  /**
   * @param file need not exist yet
   */
  KernelTimings(Path file, NativeLog log) {
    this.file = file;
    this.log = log;
  }

  /** Hands over what is known. What another TensorRT or GPU has measured is refused by it. */
  void offer(IBuilderConfig config) throws IOException {
    if (Files.isRegularFile(file)) {
      try (HostMemory known = HostMemory.of(file)) {
        ITimingCache timings = config.createTimingCache(known.pointer(), known.bytes());
        if (timings != null && config.setTimingCache(timings, false)) {
          return;
        }
      }
    }
    ITimingCache none =
        Cuda.present(config.createTimingCache(new Pointer(), 0), "begin a list of timings", log);
    Cuda.require(config.setTimingCache(none, false), "begin a list of timings", log);
  }

  /** Keeps them with what this build has added; of two builds at once those of the later one. */
  void keep(IBuilderConfig config) throws IOException {
    ITimingCache timings = Cuda.present(config.getTimingCache(), "tell its timings", log);
    IHostMemory serialized = Cuda.present(timings.serialize(), "tell its timings", log);
    Path fresh =
        file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid() + ".new");
    HostMemory.write(serialized.data(), serialized.size(), fresh);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
