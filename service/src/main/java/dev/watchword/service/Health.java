package dev.watchword.service;

import java.util.Objects;

/** Whether a service can do its work now, and one sentence about it. */
public record Health(boolean ok, String detail) {
  public Health {
    Objects.requireNonNull(detail, "detail");
  }

  public static Health up(String detail) {
    return new Health(true, detail);
  }

  public static Health down(String detail) {
    return new Health(false, detail);
  }
}
