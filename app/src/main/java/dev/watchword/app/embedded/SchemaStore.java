package dev.watchword.app.embedded;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * The registry's state, kept in its topic: a change is written there first and then seen here. Safe
 * for use by many threads.
 */
final class SchemaStore implements AutoCloseable {
  private final SchemaTopic topic;
  private final Subjects subjects = new Subjects();

  private SchemaStore(SchemaTopic topic) {
    this.topic = topic;
  }

  /** Rebuilds the state from the topic. */
  static SchemaStore open(String bootstrapServers) {
    SchemaTopic topic = SchemaTopic.open(bootstrapServers);
    try {
      SchemaStore store = new SchemaStore(topic);
      topic.read((key, value) -> SchemaRecords.apply(key, value, store.subjects));
      return store;
    } catch (RuntimeException e) {
      topic.close();
      throw e;
    }
  }

  /** The schema's version in the subject, new or found. */
  synchronized SchemaVersion register(String subject, Schema schema) {
    Optional<SchemaVersion> known = subjects.find(subject, schema);
    if (known.isPresent()) {
      return known.get();
    }
    SchemaVersion next = subjects.next(subject, schema);
    topic.append(SchemaRecords.schemaKey(next), SchemaRecords.schemaValue(next));
    subjects.put(next);
    return next;
  }

  /**
   * @param subject null for the registry's own level
   */
  synchronized void level(String subject, Compatibility level) {
    topic.append(SchemaRecords.configKey(subject), SchemaRecords.configValue(level));
    subjects.level(subject, level);
  }

  synchronized Compatibility level() {
    return subjects.level();
  }

  synchronized Optional<Compatibility> level(String subject) {
    return subjects.level(subject);
  }

  synchronized Collection<String> names() {
    return subjects.names();
  }

  synchronized List<SchemaVersion> versions(String subject) {
    return subjects.versions(subject);
  }

  synchronized Optional<SchemaVersion> find(String subject, Schema schema) {
    return subjects.find(subject, schema);
  }

  synchronized Schema schema(int id) {
    return subjects.schema(id);
  }

  @Override
  public void close() {
    topic.close();
  }
}
