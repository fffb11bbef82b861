package dev.watchword.service.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Resolves {@code ${env:NAME}} and {@code ${file:/path}}, so that a configuration file needs to
 * hold no secret.
 */
final class References {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file):([^}]+)}");

  private final UnaryOperator<String> environment;

  References(UnaryOperator<String> environment) {
    this.environment = environment;
  }

  /** Throws {@link IllegalArgumentException} with one sentence where a reference leads nowhere. */
  String resolve(String text) {
    return REFERENCE
        .matcher(text)
        .replaceAll(match -> Matcher.quoteReplacement(value(match.group(1), match.group(2))));
  }

  private String value(String kind, String name) {
    if (kind.equals("env")) {
      String value = environment.apply(name);
      if (value == null) {
        throw new IllegalArgumentException("environment variable " + name + " is not set");
      }
      return value;
    }
    try {
      return Files.readString(Path.of(name)).strip();
    } catch (IOException e) {
      throw new IllegalArgumentException("file " + name + " cannot be read");
    }
  }
}
