package dev.watchword.simulator;

import java.util.Objects;

/** Who may watch a simulated camera. */
public record RtspCredentials(String user, String password) {
  public RtspCredentials {
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(password, "password");
    if (user.isEmpty() || user.indexOf(':') >= 0 || user.indexOf('"') >= 0) {
      throw new IllegalArgumentException(
          "A user name must not be empty and must hold neither ':' nor '\"'.");
    }
  }

  @Override
  public String toString() {
    return "RtspCredentials[user=" + user + "]";
  }
}
