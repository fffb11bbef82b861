package dev.watchword.paligemma;

import ai.onnxruntime.OrtEnvironment;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Creates ONNX Runtime's process-wide environment.
 *
 * <p>While it starts, ONNX Runtime (seen with 1.29) matches a regular expression against the
 * process's whole command line, recursively and at about 250 bytes of stack per character. A class
 * path of a few thousand characters overflows a Java thread's stack there and ends the JVM without
 * a word, so it starts on a thread whose stack suits the longest command line.
 */
final class OnnxEnvironment {
  private static final long STACK_BYTES = 256L << 20;

  private OnnxEnvironment() {}

  /** The one environment of this process, made by the first call. */
  static OrtEnvironment get() {
    FutureTask<OrtEnvironment> start = new FutureTask<>(OrtEnvironment::getEnvironment);
    Thread thread = new Thread(null, start, "onnx-environment", STACK_BYTES);
    thread.start();
    try {
      return start.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "ONNX Runtime does not start: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while ONNX Runtime starts", e);
    }
  }
}
