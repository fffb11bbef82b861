package dev.watchword.tensorrt.nvidia;

import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** What TensorRT says, in our log; it must live as long as whatever was made with it. */
final class NativeLog extends ILogger {
  private static final Logger log = LoggerFactory.getLogger(NativeLog.class);

  private volatile String lastError = "it does not say why";

  @Override
  public void log(Severity severity, String message) {
    Severity level = severity.intern();
    if (level == Severity.kINTERNAL_ERROR || level == Severity.kERROR) {
      lastError = message;
    }
    log.atLevel(level(level)).addKeyValue("message", message).log("TensorRT");
  }

  private static Level level(Severity severity) {
    return switch (severity) {
      case kINTERNAL_ERROR, kERROR -> Level.ERROR;
      case kWARNING -> Level.WARN;
      case kINFO -> Level.DEBUG;
      case kVERBOSE -> Level.TRACE;
    };
  }

  /** The latest error, for a sentence to end with. */
  String lastError() {
    return lastError;
  }
}
