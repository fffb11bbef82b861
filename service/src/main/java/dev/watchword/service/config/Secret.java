package dev.watchword.service.config;

import java.util.Objects;

/**
 * A text that must never be shown. {@link #toString()} is masked; {@link #reveal()} is for the one
 * use that needs it.
 */
public final class Secret {
  private final String value;

  public Secret(String value) {
    this.value = Objects.requireNonNull(value, "value");
  }

  /** The text itself. Never log it, never put it on a topic. */
  public String reveal() {
    return value;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && secret.value.equals(value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return "***";
  }
}
