package dev.watchword.service;

import java.util.Objects;

/**
 * Whether a service can do its work now, and one sentence about it.
 *
 * @param degraded it does, but for a part that is named in the detail and that others do not need
 */
public record Health(boolean ok, boolean degraded, String detail) {
  public Health {
    Objects.requireNonNull(detail, "detail");
  }

  public static Health up(String detail) {
    return new Health(true, false, detail);
  }

  public static Health down(String detail) {
    return new Health(false, false, detail);
  }

  public static Health degraded(String detail) {
    return new Health(true, true, detail);
  }
}
