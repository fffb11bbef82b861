package dev.watchword.simulator;

import java.net.URI;
import java.util.Locale;
import java.util.Map;

/**
 * An RTSP request.
 *
 * @param uri as it was written
 * @param headers names in lower case
 */
record RtspRequest(String method, String uri, Map<String, String> headers) {
  /** What the session description calls the one stream of a mount. */
  static final String CONTROL = "streamid=0";

  RtspRequest {
    headers = Map.copyOf(headers);
  }

  /** A header's value, null if it is absent. */
  String header(String name) {
    return headers.get(name.toLowerCase(Locale.ROOT));
  }

  /** The mount that the URI names; empty for {@code *} and for what is no URI. */
  String mount() {
    URI parsed;
    try {
      parsed = URI.create(uri);
    } catch (IllegalArgumentException e) {
      return "";
    }
    if (parsed.getScheme() == null || parsed.getPath() == null) {
      return "";
    }
    String name = parsed.getPath().replaceAll("^/+|/+$", "");
    return name.endsWith("/" + CONTROL)
        ? name.substring(0, name.length() - CONTROL.length() - 1)
        : name;
  }
}
