package dev.watchword.schemas.wire;

import java.time.Instant;
import java.util.Map;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Confluent's serializers, run inside the class loader that holds them: only bytes, strings and
 * maps go in and out.
 *
 * <p>Calls: {@code "serialize", config, topic, schema, record as JSON}; {@code "serializeReading",
 * config, topic, camera, capturedAt as ISO}; {@code "deserialize", config, topic, bytes} gives the
 * record's class name and its JSON.
 */
public final class ConfluentSide implements Function<Object[], Object> {
  @Override
  @SuppressWarnings("unchecked")
  public Object apply(Object[] call) {
    Map<String, ?> config = (Map<String, ?>) call[1];
    String topic = (String) call[2];
    try {
      return switch ((String) call[0]) {
        case "serialize" -> serialize(config, topic, generic((String) call[3], (String) call[4]));
        case "serializeReading" ->
            serialize(
                config,
                topic,
                new Reading(
                    (String) call[3],
                    Instant.parse((String) call[4]),
                    42,
                    null,
                    Map.of("k", "v"),
                    new byte[] {1, 2}));
        default -> deserialize(config, topic, (byte[]) call[3]);
      };
    } catch (Exception e) {
      throw new IllegalStateException(e.toString(), e);
    }
  }

  @SuppressWarnings("unchecked")
  private static byte[] serialize(Map<String, ?> config, String topic, Object data)
      throws Exception {
    try (Serializer<Object> serializer =
        (Serializer<Object>) create("io.confluent.kafka.serializers.KafkaAvroSerializer")) {
      serializer.configure(config, false);
      return serializer.serialize(topic, data);
    }
  }

  @SuppressWarnings("unchecked")
  private static String deserialize(Map<String, ?> config, String topic, byte[] bytes)
      throws Exception {
    try (Deserializer<Object> deserializer =
        (Deserializer<Object>) create("io.confluent.kafka.serializers.KafkaAvroDeserializer")) {
      deserializer.configure(config, false);
      Object read = deserializer.deserialize(topic, bytes);
      return read.getClass().getName() + " " + read;
    }
  }

  private static Object generic(String schema, String json) throws Exception {
    Schema parsed = new Schema.Parser().parse(schema);
    return new GenericDatumReader<>(parsed)
        .read(null, DecoderFactory.get().jsonDecoder(parsed, json));
  }

  private static Object create(String name) throws Exception {
    return Class.forName(name, true, ConfluentSide.class.getClassLoader())
        .getDeclaredConstructor()
        .newInstance();
  }
}
