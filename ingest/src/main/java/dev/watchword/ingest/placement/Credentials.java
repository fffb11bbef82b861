package dev.watchword.ingest.placement;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds what may be a secret in a camera's URL as it is written. Topics are read by many, so only
 * URLs without any may be written to one.
 */
public final class Credentials {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{[^}]*}");
  private static final Pattern USER = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)@.*");
  private static final Pattern PARAMETER = Pattern.compile("[/?&;_#]([A-Za-z0-9.-]+)=([^/?&;#_]*)");

  /** Parameters of cameras and recorders that choose a stream. All others may log in. */
  private static final Set<String> HARMLESS =
      Set.of(
          "channel",
          "subtype",
          "stream",
          "streamtype",
          "profile",
          "resolution",
          "fps",
          "codec",
          "videocodec",
          "transport",
          "transportmode",
          "unicast",
          "proto",
          "width",
          "height",
          "camera",
          "id",
          "mode",
          "latency",
          "timeout",
          "pkt_size",
          "quality",
          "compression");

  private Credentials() {}

  /** One sentence about what may be a secret, without showing it; empty when nothing may. */
  public static Optional<String> in(String url) {
    String text = REFERENCE.matcher(url).replaceAll("");
    Matcher user = USER.matcher(text);
    if (user.matches() && user.group(1).contains(":") && !user.group(1).endsWith(":")) {
      return Optional.of(
          "holds a password; put it into an environment variable of the ingest process and write"
              + " ${env:NAME} in its place");
    }
    Matcher parameter = PARAMETER.matcher(text);
    while (parameter.find()) {
      String name = parameter.group(1).toLowerCase(Locale.ROOT);
      if (!parameter.group(2).isEmpty() && !HARMLESS.contains(name)) {
        return Optional.of(
            "sets '"
                + parameter.group(1)
                + "', which may be a credential; write ${env:NAME} in place of its value");
      }
    }
    return Optional.empty();
  }
}
