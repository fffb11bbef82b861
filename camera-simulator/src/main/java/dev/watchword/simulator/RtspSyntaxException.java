package dev.watchword.simulator;

import java.io.IOException;

/**
 * What came in is no RTSP request; the answer is 400 and the end of the connection, as nothing says
 * where the next one starts.
 */
final class RtspSyntaxException extends IOException {
  private static final long serialVersionUID = 1;

  RtspSyntaxException(String message) {
    super(message);
  }
}
