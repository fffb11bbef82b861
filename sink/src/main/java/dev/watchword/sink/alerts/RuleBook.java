package dev.watchword.sink.alerts;

import dev.watchword.schemas.AlertRule;
import dev.watchword.service.config.ConfigException;
import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.service.kafka.RecordDecoder.BadRecordException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rules as the topic {@code alert-rules} has them now. Used by one thread. */
final class RuleBook {
  private static final Logger log = LoggerFactory.getLogger(RuleBook.class);

  private final AlertParts parts;
  private final ReadOnlyKeyValueStore<String, byte[]> entries;
  private final RecordDecoder decoder;
  private final LongSupplier changes;
  private List<RuleVersion> standing = List.of();
  private long readAt = -1;

  /**
   * @param changes how many changes the store has seen; read anew when it has moved
   */
  RuleBook(
      AlertParts parts,
      ReadOnlyKeyValueStore<String, byte[]> entries,
      RecordDecoder decoder,
      LongSupplier changes) {
    this.parts = parts;
    this.entries = entries;
    this.decoder = decoder;
    this.changes = changes;
  }

  /** In the order of their ids. */
  List<RuleVersion> standing() {
    long now = changes.getAsLong();
    if (now != readAt) {
      standing = read();
      readAt = now;
    }
    return standing;
  }

  private List<RuleVersion> read() {
    List<RuleVersion> rules = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all = entries.all()) {
      while (all.hasNext()) {
        KeyValue<String, byte[]> entry = all.next();
        AlertRule record = record(entry);
        if (record != null && !record.getRemoved()) {
          add(record, rules);
        }
      }
    }
    return List.copyOf(rules);
  }

  private AlertRule record(KeyValue<String, byte[]> entry) {
    try {
      return decoder.decode(
          new ConsumerRecord<>(parts.rulesTopic(), 0, 0, entry.key, entry.value), AlertRule.class);
    } catch (BadRecordException e) {
      leftOut(entry.key, e.getMessage());
      return null;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private void add(AlertRule record, List<RuleVersion> rules) {
    try {
      rules.add(RuleVersion.of(record));
    } catch (ConfigException e) {
      leftOut(record.getId(), e.getMessage());
    }
  }

  private void leftOut(String rule, String error) {
    parts.metrics().unreadable("rule");
    log.atWarn()
        .addKeyValue("rule", rule)
        .addKeyValue("error", error)
        .log("a rule cannot be judged and is left out");
  }
}
