package dev.watchword.simulator;

import java.util.Objects;

/**
 * Who may watch a simulated camera.
 *
 * @param login how the camera wants it proven
 */
public record RtspCredentials(String user, String password, Login login) {
  /** The ways that a camera offers; of {@link #ANY} the client chooses. */
  public enum Login {
    ANY,
    DIGEST,
    BASIC
  }

  public RtspCredentials {
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(password, "password");
    Objects.requireNonNull(login, "login");
    if (user.isEmpty() || user.indexOf(':') >= 0 || user.indexOf('"') >= 0) {
      throw new IllegalArgumentException(
          "A user name must not be empty and must hold neither ':' nor '\"'.");
    }
  }

  public RtspCredentials(String user, String password) {
    this(user, password, Login.ANY);
  }

  @Override
  public String toString() {
    return "RtspCredentials[user=" + user + "]";
  }
}
