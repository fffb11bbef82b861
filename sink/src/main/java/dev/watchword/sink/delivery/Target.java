package dev.watchword.sink.delivery;

import dev.watchword.service.config.Section;
import java.time.Duration;
import java.util.Set;

/**
 * Who is to have alerts.
 *
 * @param rules whose alerts; empty for all
 * @param timeout of one attempt
 * @param attempts until an alert is set aside
 * @param firstWait before the second attempt; each wait is twice the one before
 * @param longestWait unless the target asks for more
 */
record Target(
    String name,
    Means means,
    Format format,
    Set<String> rules,
    Duration timeout,
    int attempts,
    Duration firstWait,
    Duration longestWait) {
  private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(1);
  private static final Duration LONGEST_WAIT = Duration.ofHours(1);

  /** How alerts go there. */
  sealed interface Means permits WebhookMeans, MqttMeans {
    Channel open(Target target);
  }

  Target {
    rules = Set.copyOf(rules);
  }

  static Target from(String name, Section section) {
    if (!name.matches("[a-z0-9][a-z0-9_-]{0,62}")) {
      throw section.wrong(
          "to",
          "a target's name has 1 to 63 lower-case letters, digits, '-' or '_' and begins with a"
              + " letter or digit");
    }
    Duration wait = duration(section, "backoff", Duration.ofSeconds(1), LONGEST_WAIT);
    return new Target(
        name,
        means(section),
        Format.from(section),
        Set.copyOf(section.texts("rules")),
        duration(section, "timeout", Duration.ofSeconds(10), LONGEST_TIMEOUT),
        section.integer("attempts", 8, 1, 100),
        wait,
        duration(section, "max-backoff", Duration.ofMinutes(1), LONGEST_WAIT));
  }

  private static Means means(Section section) {
    String to = section.text("to");
    return switch (to) {
      case "webhook" -> WebhookMeans.from(section);
      case "mqtt" -> MqttMeans.from(section);
      default -> throw section.wrong("to", "expected one of webhook, mqtt, not '" + to + "'");
    };
  }

  private static Duration duration(
      Section section, String key, Duration otherwise, Duration longest) {
    Duration duration = section.duration(key, otherwise);
    if (duration.isZero() || duration.compareTo(longest) > 0) {
      throw section.wrong(key, "must be more than 0s and at most " + longest.toSeconds() + "s");
    }
    return duration;
  }

  /** The name of the consumer group's end, and of whoever sets alerts aside. */
  String service() {
    return "delivery/" + name;
  }

  boolean wants(String rule) {
    return rules.isEmpty() || rules.contains(rule);
  }

  /** Refuses a secret that stands in the file itself. */
  static void requireReference(Section section, String key) {
    String written = section.written().get(key);
    if (written != null && !written.contains("${")) {
      throw section.wrong(
          key, "a secret does not stand in the file; write ${env:NAME} or ${file:/path} instead");
    }
  }
}
