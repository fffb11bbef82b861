package dev.watchword.app.embedded;

import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;

/**
 * The compatibility levels of a subject, under Confluent's names. BACKWARD: a new schema reads what
 * the newest version wrote. FORWARD: the newest version reads what the new schema writes. The
 * transitive levels ask the same of all versions.
 */
enum Compatibility {
  NONE(false, false, false),
  BACKWARD(true, false, false),
  BACKWARD_TRANSITIVE(true, false, true),
  FORWARD(false, true, false),
  FORWARD_TRANSITIVE(false, true, true),
  FULL(true, true, false),
  FULL_TRANSITIVE(true, true, true);

  private final boolean backward;
  private final boolean forward;
  private final boolean transitive;

  Compatibility(boolean backward, boolean forward, boolean transitive) {
    this.backward = backward;
    this.forward = forward;
    this.transitive = transitive;
  }

  static Optional<Compatibility> named(String name) {
    for (Compatibility level : values()) {
      if (level.name().equals(name)) {
        return Optional.of(level);
      }
    }
    return Optional.empty();
  }

  /**
   * Why the schema may not follow the earlier ones; empty when it may.
   *
   * @param earlier oldest first
   */
  Optional<String> objection(Schema next, List<Schema> earlier) {
    List<Schema> judged = transitive || earlier.isEmpty() ? earlier : List.of(earlier.getLast());
    for (Schema old : judged) {
      Optional<String> objection = backward ? mismatch(next, old) : Optional.empty();
      if (objection.isEmpty() && forward) {
        objection = mismatch(old, next);
      }
      if (objection.isPresent()) {
        return objection;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> mismatch(Schema reader, Schema writer) {
    var verdict = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
    return verdict.getType() == SchemaCompatibilityType.COMPATIBLE
        ? Optional.empty()
        : Optional.of(verdict.getResult().getIncompatibilities().toString());
  }
}
