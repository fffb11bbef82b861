package dev.watchword.sink.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;

/**
 * Any record as JSON: names as in its schema, times as ISO 8601, fields without a value left out.
 */
public final class RecordJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** The record on one line. */
  public String line(IndexedRecord record) {
    return node(record).toString();
  }

  private static JsonNode node(Object value) {
    return switch (value) {
      case IndexedRecord record -> {
        ObjectNode object = NODES.objectNode();
        for (Schema.Field field : record.getSchema().getFields()) {
          Object content = record.get(field.pos());
          if (content != null) {
            object.set(field.name(), node(content));
          }
        }
        yield object;
      }
      case Map<?, ?> map -> {
        ObjectNode object = NODES.objectNode();
        map.forEach((key, content) -> object.set(key.toString(), node(content)));
        yield object;
      }
      case Iterable<?> items -> {
        ArrayNode array = NODES.arrayNode();
        items.forEach(item -> array.add(node(item)));
        yield array;
      }
      case Boolean flag -> NODES.booleanNode(flag);
      case Integer number -> NODES.numberNode(number);
      case Long number -> NODES.numberNode(number);
      case Float number -> NODES.numberNode(number);
      case Double number -> NODES.numberNode(number);
      case ByteBuffer bytes -> {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        yield NODES.binaryNode(copy);
      }
      default -> NODES.textNode(value.toString());
    };
  }
}
