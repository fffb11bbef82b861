package dev.watchword.service.config;

/**
 * The configuration is wrong. The message is one sentence for people: where, what, and the way out.
 */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }
}
