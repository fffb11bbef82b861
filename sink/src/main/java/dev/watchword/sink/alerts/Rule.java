package dev.watchword.sink.alerts;

import dev.watchword.schemas.AlertRule;
import dev.watchword.service.config.ConfigException;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.config.Section;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What is to raise an alert.
 *
 * @param cameras ids; empty for all
 * @param schedule when it is on, by the time at which the condition is true
 * @param coolDown from one alert of a camera to the next at least so much event time passes
 * @param enabled false keeps it for later
 */
public record Rule(
    String id,
    Set<String> cameras,
    Condition condition,
    Schedule schedule,
    Duration coolDown,
    boolean enabled) {
  static final Duration COOL_DOWN = Duration.ofMinutes(1);

  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

  public Rule {
    Objects.requireNonNull(condition, "condition");
    cameras = Set.copyOf(cameras);
  }

  /**
   * Reads a rule's keys, out of a file or of the topic alike.
   *
   * @throws ConfigException one sentence that names the key and the way out
   */
  public static Rule from(String id, Section section) {
    if (!ID.matcher(id).matches()) {
      throw new ConfigException(
          "rule "
              + id
              + ": a name has 1 to 63 lower-case letters, digits, '-' or '_' and begins with a"
              + " letter or digit");
    }
    return RuleSettings.read(id, section);
  }

  /**
   * The rule of a record.
   *
   * @throws ConfigException when it is none
   */
  public static Rule of(AlertRule record) {
    Section section = ConfigFile.of("rule " + record.getId(), record.getSettings(), name -> null);
    Rule rule = from(record.getId(), section);
    section.rejectUnknown();
    return rule;
  }

  /** The keys that say this; {@link #from} makes the same rule of them. */
  public Map<String, String> settings() {
    return RuleSettings.written(this);
  }

  boolean isFor(String camera) {
    return enabled && (cameras.isEmpty() || cameras.contains(camera));
  }
}
