package dev.watchword.sink.alerts;

import dev.watchword.schemas.AlertRule;
import dev.watchword.schemas.Ids;
import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.KeyedRecords;
import dev.watchword.service.kafka.LatestRecords;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.KafkaException;

/** Reads and writes the rules that there are, outside of any group. Thread-safe. */
public final class RuleTopic {
  private final KafkaSettings kafka;

  public RuleTopic(KafkaSettings kafka) {
    this.kafka = kafka;
  }

  /**
   * The entries by id, removed ones included.
   *
   * @throws KafkaException when Kafka does not answer
   */
  public Map<String, AlertRule> read() throws InterruptedException {
    return LatestRecords.read(kafka, Topic.ALERT_RULES, AlertRule.class);
  }

  /**
   * Writes entries, by id; null deletes one. Returns when Kafka has them.
   *
   * @throws KafkaException when Kafka or the registry does not take them
   */
  public void write(Map<String, AlertRule> entries) throws InterruptedException {
    KeyedRecords.write(kafka, Topic.ALERT_RULES, entries);
  }

  /**
   * Writes what a configuration file changes.
   *
   * @throws KafkaException when Kafka does not answer
   */
  public void seed(List<Rule> file, String seeder, Instant now) throws InterruptedException {
    write(changes(read(), file, seeder, now));
  }

  /**
   * The entries to write, null for those to delete. Rules that were made, changed or removed while
   * running stay as they are; what an earlier version of the same file has put there and it no
   * longer names is deleted.
   */
  static Map<String, AlertRule> changes(
      Map<String, AlertRule> present, List<Rule> file, String seeder, Instant now) {
    Map<String, AlertRule> changes = new LinkedHashMap<>();
    present.forEach(
        (id, rule) -> {
          if (seeder.equals(rule.getSeededBy())) {
            changes.put(id, null);
          }
        });
    for (Rule rule : file) {
      AlertRule old = present.get(rule.id());
      AlertRule entry = entry(rule, seeder, now);
      if (old == null || old.getSeededBy() != null && !isSame(old, entry)) {
        changes.put(rule.id(), entry);
      } else {
        changes.remove(rule.id());
      }
    }
    return changes;
  }

  private static boolean isSame(AlertRule one, AlertRule other) {
    return one.getSettings().equals(other.getSettings())
        && other.getSeededBy().equals(one.getSeededBy());
  }

  /**
   * The entry of a rule.
   *
   * @param seeder null when it is made while everything runs
   */
  public static AlertRule entry(Rule rule, String seeder, Instant now) {
    Map<String, String> settings = rule.settings();
    return AlertRule.newBuilder()
        .setId(rule.id())
        .setVersion(Ids.ruleVersion(settings))
        .setSettings(settings)
        .setSeededBy(seeder)
        .setChangedAt(now.truncatedTo(ChronoUnit.MICROS))
        .build();
  }

  /** The entry of a rule that was removed while running. */
  public static AlertRule removed(AlertRule entry, Instant now) {
    return AlertRule.newBuilder(entry)
        .setSeededBy(null)
        .setRemoved(true)
        .setChangedAt(now.truncatedTo(ChronoUnit.MICROS))
        .build();
  }
}
