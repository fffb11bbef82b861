package dev.watchword.console;

import dev.watchword.service.config.Section;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the console listens.
 *
 * @param host a loopback address or {@code localhost}; an IPv6 address stands without brackets
 * @param port 0 takes a free one
 */
public record ConsoleConfig(String host, int port) {
  private static final Pattern LISTEN =
      Pattern.compile("(?:\\[(?<six>[0-9a-fA-F:.]+)]|(?<host>[^\\[\\]:\\s]+)):(?<port>\\d{1,5})");
  private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|::1");

  public ConsoleConfig {
    if (!LOOPBACK.matcher(host).matches()) {
      throw new IllegalArgumentException(
          "the console has no sign-in yet, so it listens on this machine alone; use 127.0.0.1"
              + " instead of '"
              + host
              + "' and reach it from elsewhere through an SSH tunnel or a proxy that signs people"
              + " in");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("a port is 0 to 65535, not " + port);
    }
  }

  /** Reads {@code console: {listen: 127.0.0.1:8080}} from the file's root. */
  public static ConsoleConfig from(Section root) {
    Section console = root.section("console");
    String listen = console.text("listen", "127.0.0.1:8080");
    Matcher parts = LISTEN.matcher(listen);
    if (!parts.matches()) {
      throw console.wrong(
          "listen", "expected host:port such as 127.0.0.1:8080, not '" + listen + "'");
    }
    String host = parts.group("six") == null ? parts.group("host") : parts.group("six");
    try {
      return new ConsoleConfig(
          host.toLowerCase(Locale.ROOT), Integer.parseInt(parts.group("port")));
    } catch (IllegalArgumentException e) {
      throw console.wrong("listen", e.getMessage());
    }
  }

  /** The host as it stands in a URL. */
  String urlHost() {
    return host.indexOf(':') < 0 ? host : "[" + host + "]";
  }
}
