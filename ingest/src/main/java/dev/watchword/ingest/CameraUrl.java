package dev.watchword.ingest;

import dev.watchword.service.config.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a camera or a file is read from. What is shown ({@link #toString()}) never holds user,
 * password, query, or what follows a path segment that sets a parameter ({@code
 * /user=admin_password=..}), which some recorders use to log in.
 */
public final class CameraUrl {
  static final String ALLOWED =
      "rtsp, rtsps, rtmp, srt, http, https, udp, tcp, file, or the path of a file or a folder of images";
  private static final Set<String> NETWORK =
      Set.of("rtsp", "rtsps", "rtmp", "srt", "http", "https", "udp", "tcp");
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+):(.*)");
  private static final Pattern HIERARCHY =
      Pattern.compile("//(?:([^/?#]*)@)?([^/?#@]*)([^?#]*)([?#].*)?");
  private static final Pattern HOST = Pattern.compile("(\\[[0-9A-Fa-f:.%]+]|[^:]*)(:[0-9]+)?");
  private static final Pattern PARAMETERS = Pattern.compile("[^/]*=.*");

  private final Secret url;
  private final String scheme;
  private final String shown;

  private CameraUrl(Secret url, String scheme, String shown) {
    this.url = url;
    this.scheme = scheme;
    this.shown = shown;
  }

  /**
   * Throws {@link IllegalArgumentException} with one sentence, free of secrets, when the URL cannot
   * be used.
   */
  public static CameraUrl of(Secret url) {
    String text = Objects.requireNonNull(url, "url").reveal();
    if (text.isBlank()) {
      throw new IllegalArgumentException("is empty; give " + ALLOWED);
    }
    if (text.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      throw new IllegalArgumentException("holds a line break or another control character");
    }
    Matcher matcher = SCHEME.matcher(text);
    if (!matcher.matches()) {
      return new CameraUrl(new Secret("file:" + text), "file", text);
    }
    String scheme = matcher.group(1).toLowerCase(Locale.ROOT);
    String rest = matcher.group(2);
    if (scheme.equals("file")) {
      String path = rest.startsWith("//") ? rest.substring(2) : rest;
      return new CameraUrl(new Secret("file:" + path), scheme, path);
    }
    if (!NETWORK.contains(scheme)) {
      throw new IllegalArgumentException("the scheme is not allowed; use " + ALLOWED);
    }
    return new CameraUrl(new Secret(scheme + ":" + rest), scheme, scheme + "://" + masked(rest));
  }

  private static String masked(String rest) {
    Matcher parts = HIERARCHY.matcher(rest);
    if (!parts.matches()) {
      throw new IllegalArgumentException("is not a URL; expected scheme://host/path");
    }
    // A password with a bare '/' would end the host early: where it ends cannot be told.
    if (parts.group(3).contains("@") || (parts.group(4) != null && parts.group(4).contains("@"))) {
      throw new IllegalArgumentException(
          "has an '@' after the host; write '@' as %40, and '/' in a password as %2F");
    }
    if (!HOST.matcher(parts.group(2)).matches()) {
      throw new IllegalArgumentException(
          "has no host:port; expected scheme://host:port/path or scheme://user:password@host/path");
    }
    return parts.group(2) + PARAMETERS.matcher(parts.group(3)).replaceFirst("***");
  }

  /** What FFmpeg opens, credentials included. Never log it. */
  String reveal() {
    return url.reveal();
  }

  /** In lower case; {@code file} for a plain path. */
  public String scheme() {
    return scheme;
  }

  public boolean isFile() {
    return scheme.equals("file");
  }

  /** Whether this is a folder of this machine, whose pictures are the frames. */
  boolean isFolder() {
    return isFile() && Files.isDirectory(Path.of(shown));
  }

  public boolean isRtsp() {
    return scheme.startsWith("rtsp");
  }

  boolean isTls() {
    return scheme.equals("rtsps") || scheme.equals("https");
  }

  /** Of a network URL, without the port and the brackets of an address. */
  String host() {
    String authority = shown.substring(shown.indexOf("//") + 2).split("/", 2)[0];
    Matcher host = HOST.matcher(authority);
    return host.matches() ? host.group(1).replaceAll("^\\[|]$", "") : "";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CameraUrl that && that.url.equals(url);
  }

  @Override
  public int hashCode() {
    return url.hashCode();
  }

  /** The URL without anything that may be a credential. */
  @Override
  public String toString() {
    return shown;
  }
}
