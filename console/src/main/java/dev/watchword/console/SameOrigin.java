package dev.watchword.console;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps foreign web pages out. A console on loopback has no sign-in, so a page that somebody visits
 * must not reach it, neither directly (its {@code Origin} is not ours) nor by pointing its own name
 * at 127.0.0.1, known as DNS rebinding (its {@code Host} is not a loopback name). Any port is fine,
 * so that SSH tunnels work.
 */
final class SameOrigin {
  private static final Pattern LOOPBACK_HOST =
      Pattern.compile("(?:localhost|127(?:\\.\\d{1,3}){3}|\\[::1])(?::\\d{1,5})?");

  private SameOrigin() {}

  /**
   * Why the request must not be answered; empty when it may.
   *
   * @param host the header, null when absent
   * @param origin the header, null when absent
   */
  static Optional<String> refusal(String host, String origin) {
    String name = host == null ? "" : host.toLowerCase(Locale.ROOT);
    Matcher loopback = LOOPBACK_HOST.matcher(name);
    if (!loopback.matches()) {
      return Optional.of(
          "The console answers only to localhost; open it as http://localhost with its port.");
    }
    if (origin == null
        || origin.equalsIgnoreCase("http://" + name)
        || origin.equalsIgnoreCase("https://" + name)) {
      return Optional.empty();
    }
    return Optional.of("The console answers only to its own page, not to pages of other sites.");
  }
}
