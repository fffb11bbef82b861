package dev.watchword.service.config;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values with units as people write them: {@code 250ms}, {@code 64MiB}, {@code 2/s}. Anything else
 * is an {@link IllegalArgumentException} with one sentence.
 */
public final class Units {
  private static final Pattern AMOUNT = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*([A-Za-z]+)");
  private static final Pattern RATE = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*/\\s*(ms|s|m|h)");
  private static final Map<String, Long> NANOS =
      Map.of(
          "ms",
          1_000_000L,
          "s",
          1_000_000_000L,
          "m",
          60_000_000_000L,
          "h",
          3_600_000_000_000L,
          "d",
          86_400_000_000_000L);
  private static final Map<String, Long> BYTES =
      Map.of(
          "B",
          1L,
          "KB",
          1_000L,
          "MB",
          1_000_000L,
          "GB",
          1_000_000_000L,
          "KiB",
          1L << 10,
          "MiB",
          1L << 20,
          "GiB",
          1L << 30);

  private Units() {}

  public static Duration duration(String text) {
    return Duration.ofNanos(amount(text, NANOS, "a duration such as 250ms, 5s, 2m or 1h"));
  }

  static long bytes(String text) {
    return amount(text, BYTES, "a size such as 64MiB or 500KB");
  }

  /** Events a second. */
  static double perSecond(String text) {
    Matcher matcher = RATE.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("expected a rate such as 2/s or 30/m, not '" + text + "'");
    }
    return Double.parseDouble(matcher.group(1)) * 1e9 / NANOS.get(matcher.group(2));
  }

  private static long amount(String text, Map<String, Long> units, String expected) {
    Matcher matcher = AMOUNT.matcher(text.strip());
    Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
    if (unit == null) {
      throw new IllegalArgumentException("expected " + expected + ", not '" + text + "'");
    }
    return Math.round(Double.parseDouble(matcher.group(1)) * unit);
  }
}
