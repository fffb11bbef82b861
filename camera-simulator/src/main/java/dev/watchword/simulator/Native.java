package dev.watchword.simulator;

import static org.bytedeco.ffmpeg.global.avutil.av_strerror;

import java.io.IOException;
import org.bytedeco.javacpp.BytePointer;

/** Turns FFmpeg's return codes into exceptions. */
final class Native {
  private Native() {}

  /** Returns the code if it is not negative, else throws "{@code what}: FFmpeg's text". */
  static int check(int code, String what) throws IOException {
    if (code < 0) {
      throw new IOException(what + ": " + text(code) + ".");
    }
    return code;
  }

  private static String text(int code) {
    try (BytePointer buffer = new BytePointer(128)) {
      return av_strerror(code, buffer, buffer.capacity()) < 0 ? "error " + code : string(buffer);
    }
  }

  /** A C string up to its NUL; {@link BytePointer#getString()} would give the whole buffer. */
  static String string(BytePointer buffer) {
    String text = buffer.getString();
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }
}
