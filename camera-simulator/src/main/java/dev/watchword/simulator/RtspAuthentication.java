package dev.watchword.simulator;

import dev.watchword.simulator.RtspCredentials.Login;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks an {@code Authorization} header: Digest with MD5 (RFC 2617 section 3.2.2, with or without
 * {@code qop=auth}) or Basic, as cameras do. One nonce per connection. Immutable.
 */
final class RtspAuthentication {
  private static final String REALM = "Watchword camera";
  private static final Pattern PARAMETER =
      Pattern.compile("(\\w+)\\s*=\\s*(?:\"([^\"]*)\"|([^,\\s]*))");

  private final String nonce;

  RtspAuthentication(String nonce) {
    this.nonce = nonce;
  }

  /** Values for the {@code WWW-Authenticate} headers of a refusal, the stronger first. */
  List<String> challenges(Login login) {
    String digest = "Digest realm=\"" + REALM + "\", nonce=\"" + nonce + "\", algorithm=MD5";
    String basic = "Basic realm=\"" + REALM + "\"";
    return switch (login) {
      case ANY -> List.of(digest, basic);
      case DIGEST -> List.of(digest);
      case BASIC -> List.of(basic);
    };
  }

  /**
   * Whether the header proves knowledge of the credentials.
   *
   * @param header the {@code Authorization} header's value, null if there is none
   */
  boolean accepts(RtspCredentials credentials, String method, String uri, String header) {
    if (header == null) {
      return false;
    }
    String[] parts = header.trim().split("\\s+", 2);
    if (parts.length < 2) {
      return false;
    }
    return switch (parts[0].toLowerCase(Locale.ROOT)) {
      case "basic" ->
          credentials.login() != Login.DIGEST && same(parts[1].trim(), basic(credentials));
      case "digest" ->
          credentials.login() != Login.BASIC
              && acceptsDigest(credentials, method, uri, parameters(parts[1]));
      default -> false;
    };
  }

  private boolean acceptsDigest(
      RtspCredentials credentials, String method, String uri, Map<String, String> given) {
    if (!given.getOrDefault("username", "").equals(credentials.user())
        || !given.getOrDefault("realm", "").equals(REALM)
        || !given.getOrDefault("nonce", "").equals(nonce)
        || !given.getOrDefault("uri", "").equals(uri)) {
      return false;
    }
    String expected = response(credentials, REALM, method, given);
    return same(given.getOrDefault("response", ""), expected);
  }

  /**
   * The answer that RFC 2617 expects; {@code given} holds the header's {@code nonce}, {@code uri}
   * and, if used, {@code qop}.
   */
  static String response(
      RtspCredentials credentials, String realm, String method, Map<String, String> given) {
    String secret = md5(credentials.user() + ":" + realm + ":" + credentials.password());
    String request = md5(method + ":" + given.get("uri"));
    String middle = given.get("nonce");
    if (given.containsKey("qop")) {
      middle += ":" + given.get("nc") + ":" + given.get("cnonce") + ":" + given.get("qop");
    }
    return md5(secret + ":" + middle + ":" + request);
  }

  static Map<String, String> parameters(String text) {
    Map<String, String> found = new HashMap<>();
    Matcher matcher = PARAMETER.matcher(text);
    while (matcher.find()) {
      String value = matcher.group(2) != null ? matcher.group(2) : matcher.group(3);
      found.put(matcher.group(1).toLowerCase(Locale.ROOT), value);
    }
    return found;
  }

  private static String basic(RtspCredentials credentials) {
    String pair = credentials.user() + ":" + credentials.password();
    return Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  /** MD5 is what RTSP cameras speak; it guards a simulator on loopback. */
  static String md5(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("This JDK has no MD5.", e);
    }
  }

  private static boolean same(String a, String b) {
    return MessageDigest.isEqual(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }
}
