package dev.watchword.simulator;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Reads RTSP 1.0 requests (RFC 2326) from a connection, passing over the {@code $}-framed packets
 * that a client mixes in (its receiver reports, section 10.12) and over request bodies. Lengths are
 * bounded. Not thread-safe.
 */
final class RtspRequestReader {
  private static final int LONGEST_LINE = 8192;
  private static final int MOST_HEADERS = 64;
  private static final int LARGEST_BODY = 65536;

  private final InputStream in;

  /** Reads byte by byte: give it a buffered stream. */
  RtspRequestReader(InputStream in) {
    this.in = in;
  }

  /** The next request; null at the end of the connection. */
  RtspRequest next() throws IOException {
    int first = skipToRequest();
    if (first < 0) {
      return null;
    }
    String[] start = line(first).split(" ", -1);
    if (start.length != 3
        || start[0].isEmpty()
        || start[1].isEmpty()
        || !start[2].startsWith("RTSP/")) {
      throw new RtspSyntaxException("not a request line");
    }
    Map<String, String> headers = headers();
    skipBody(headers.get("content-length"));
    return new RtspRequest(start[0], start[1], headers);
  }

  /** Returns the first byte of a request line, after any interleaved packets and empty lines. */
  private int skipToRequest() throws IOException {
    while (true) {
      int next = in.read();
      if (next == '$') {
        must(); // channel
        int length = must() << 8 | must();
        in.skipNBytes(length);
      } else if (next != '\r' && next != '\n') {
        return next;
      }
    }
  }

  private Map<String, String> headers() throws IOException {
    Map<String, String> headers = new HashMap<>();
    for (String line = line(must()); !line.isEmpty(); line = line(must())) {
      int colon = line.indexOf(':');
      if (colon <= 0) {
        throw new RtspSyntaxException("a header without a colon");
      }
      if (headers.size() == MOST_HEADERS) {
        throw new RtspSyntaxException("more than " + MOST_HEADERS + " headers");
      }
      headers.put(
          line.substring(0, colon).trim().toLowerCase(Locale.ROOT),
          line.substring(colon + 1).trim());
    }
    return headers;
  }

  private void skipBody(String length) throws IOException {
    if (length == null) {
      return;
    }
    int bytes;
    try {
      bytes = Integer.parseInt(length);
    } catch (NumberFormatException e) {
      throw new RtspSyntaxException("a Content-Length that is no number");
    }
    if (bytes < 0 || bytes > LARGEST_BODY) {
      throw new RtspSyntaxException("a Content-Length of " + bytes);
    }
    in.skipNBytes(bytes);
  }

  private String line(int first) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = first; next != '\n'; next = must()) {
      if (line.length() == LONGEST_LINE) {
        throw new RtspSyntaxException("a line longer than " + LONGEST_LINE + " bytes");
      }
      line.append((char) next);
    }
    int end = line.length();
    return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
  }

  private int must() throws IOException {
    int next = in.read();
    if (next < 0) {
      throw new EOFException("The connection ended inside a request.");
    }
    return next;
  }
}
