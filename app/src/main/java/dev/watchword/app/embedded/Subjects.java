package dev.watchword.app.embedded;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/**
 * The registry's state in memory: subjects, their versions, ids and compatibility levels. Not safe
 * for use by many threads.
 */
final class Subjects {
  private final Map<String, TreeMap<Integer, SchemaVersion>> subjects = new TreeMap<>();
  private final Map<Integer, Schema> schemas = new HashMap<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final Map<String, Compatibility> levels = new HashMap<>();
  private Compatibility registryLevel = Compatibility.BACKWARD;
  private int lastId;

  static Schema parse(String text) {
    try {
      return new Schema.Parser().parse(text);
    } catch (AvroRuntimeException e) {
      throw RegistryError.invalidSchema(e.getMessage());
    }
  }

  void put(SchemaVersion version) {
    subjects
        .computeIfAbsent(version.subject(), s -> new TreeMap<>())
        .put(version.version(), version);
    schemas.put(version.id(), version.schema());
    ids.putIfAbsent(version.text(), version.id());
    lastId = Math.max(lastId, version.id());
  }

  /** The id stays readable, since records with it may still be in a topic. */
  void remove(String subject, int version) {
    TreeMap<Integer, SchemaVersion> versions = subjects.get(subject);
    if (versions != null && versions.remove(version) != null && versions.isEmpty()) {
      subjects.remove(subject);
    }
  }

  void removeUpTo(String subject, int version) {
    if (subjects.containsKey(subject)) {
      List.copyOf(subjects.get(subject).headMap(version, true).keySet())
          .forEach(v -> remove(subject, v));
    }
  }

  Collection<String> names() {
    return List.copyOf(subjects.keySet());
  }

  List<SchemaVersion> versions(String subject) {
    TreeMap<Integer, SchemaVersion> versions = subjects.get(subject);
    if (versions == null) {
      throw RegistryError.subjectNotFound(subject);
    }
    return new ArrayList<>(versions.values());
  }

  Optional<SchemaVersion> find(String subject, Schema schema) {
    String text = schema.toString();
    return subjects.getOrDefault(subject, new TreeMap<>()).values().stream()
        .filter(version -> version.text().equals(text))
        .findFirst();
  }

  Schema schema(int id) {
    Schema schema = schemas.get(id);
    if (schema == null) {
      throw RegistryError.schemaNotFound(Integer.toString(id));
    }
    return schema;
  }

  /**
   * What the schema would become as the subject's next version; nothing is changed.
   *
   * @throws RegistryError 409 when the subject's level forbids it
   */
  SchemaVersion next(String subject, Schema schema) {
    TreeMap<Integer, SchemaVersion> versions = subjects.getOrDefault(subject, new TreeMap<>());
    List<Schema> earlier = versions.values().stream().map(SchemaVersion::schema).toList();
    Compatibility level = levels.getOrDefault(subject, registryLevel);
    level
        .objection(schema, earlier)
        .ifPresent(
            reason -> {
              throw new RegistryError(
                  409,
                  409,
                  "Schema being registered is incompatible with an earlier schema for subject \"%s\", details: %s, compatibility: %s"
                      .formatted(subject, reason, level));
            });
    int version = versions.isEmpty() ? 1 : versions.lastKey() + 1;
    int id = ids.getOrDefault(schema.toString(), lastId + 1);
    return new SchemaVersion(subject, version, id, schema);
  }

  Compatibility level() {
    return registryLevel;
  }

  Optional<Compatibility> level(String subject) {
    return Optional.ofNullable(levels.get(subject));
  }

  /**
   * @param subject null for the registry's own level
   * @param level null takes the default again
   */
  void level(String subject, Compatibility level) {
    if (subject == null) {
      registryLevel = level == null ? Compatibility.BACKWARD : level;
    } else if (level == null) {
      levels.remove(subject);
    } else {
      levels.put(subject, level);
    }
  }
}
