package dev.watchword.sink.alerts;

import dev.watchword.schemas.AlertRule;
import dev.watchword.schemas.Ids;
import dev.watchword.service.config.ConfigException;
import java.time.Instant;

/**
 * A rule as it stands.
 *
 * @param version {@link Ids#ruleVersion} of its settings
 * @param since when it was written
 */
public record RuleVersion(Rule rule, String version, Instant since) {
  /** A rule that has always stood. */
  public static RuleVersion of(Rule rule) {
    return new RuleVersion(rule, Ids.ruleVersion(rule.settings()), Instant.EPOCH);
  }

  /**
   * @throws ConfigException when the record is no rule
   */
  static RuleVersion of(AlertRule record) {
    return new RuleVersion(Rule.of(record), record.getVersion(), record.getChangedAt());
  }
}
