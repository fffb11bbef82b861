package dev.watchword.app.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.apache.avro.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys and values of the registry's topic as JSON, in the form and field order that Confluent's
 * Schema Registry writes, so that it can take the topic over and the other way round.
 */
final class SchemaRecords {
  private static final Logger log = LoggerFactory.getLogger(SchemaRecords.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private SchemaRecords() {}

  static String schemaKey(SchemaVersion version) {
    return key("SCHEMA")
        .put("subject", version.subject())
        .put("version", version.version())
        .put("magic", 1)
        .toString();
  }

  static String schemaValue(SchemaVersion version) {
    return JSON.createObjectNode()
        .put("subject", version.subject())
        .put("version", version.version())
        .put("id", version.id())
        .put("schema", version.text())
        .put("deleted", false)
        .toString();
  }

  /**
   * @param subject null for the registry's own level
   */
  static String configKey(String subject) {
    return key("CONFIG").put("subject", subject).put("magic", 0).toString();
  }

  static String configValue(Compatibility level) {
    return JSON.createObjectNode().put("compatibilityLevel", level.name()).toString();
  }

  /** Applies one record to the state; what it does not understand is left out and reported. */
  static void apply(String key, String value, Subjects subjects) {
    try {
      apply(JSON.readTree(key), value == null ? null : JSON.readTree(value), subjects);
    } catch (IOException e) {
      leaveOut(key, e.getMessage().lines().findFirst().orElse("not JSON"));
    } catch (RuntimeException e) {
      leaveOut(key, e.getMessage());
    }
  }

  private static void leaveOut(String key, String reason) {
    log.atWarn()
        .addKeyValue("key", key)
        .addKeyValue("reason", reason)
        .log("a record of the schema topic cannot be read and is left out");
  }

  private static void apply(JsonNode key, JsonNode value, Subjects subjects) {
    String subject = key.path("subject").isTextual() ? key.path("subject").asText() : null;
    switch (key.path("keytype").asText()) {
      case "SCHEMA" -> {
        int version = key.path("version").asInt();
        if (value == null || value.path("deleted").asBoolean()) {
          subjects.remove(subject, version);
        } else if (value.path("schemaType").asText("AVRO").equals("AVRO")) {
          Schema schema = Subjects.parse(value.path("schema").asText());
          subjects.put(new SchemaVersion(subject, version, value.path("id").asInt(), schema));
        }
      }
      case "CONFIG" ->
          subjects.level(
              subject,
              value == null
                  ? null
                  : Compatibility.named(value.path("compatibilityLevel").asText()).orElse(null));
      case "DELETE_SUBJECT" -> {
        if (value != null) {
          subjects.removeUpTo(subject, value.path("version").asInt());
        }
      }
      default -> {
        // NOOP, MODE and whatever comes later say nothing about subjects.
      }
    }
  }

  private static ObjectNode key(String type) {
    return JSON.createObjectNode().put("keytype", type);
  }
}
