package dev.watchword.schemas.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads Avro records in Confluent's wire format. Null stays null, so tombstones pass.
 *
 * <p>Chosen by {@code value.deserializer} or {@code key.deserializer}. Configuration keys are those
 * of {@code io.confluent.kafka.serializers.KafkaAvroDeserializer}, which may take this class's
 * place: {@code schema.registry.url}, {@code specific.avro.reader}, {@code
 * basic.auth.credentials.source}, {@code basic.auth.user.info}. One default differs: {@code
 * specific.avro.reader} is true, so that a record becomes the generated class that its schema
 * names, resolved to that class's own schema with its logical types. With false it becomes a
 * generic record of the writer's schema.
 *
 * <p>The registry is asked once for each schema id. Safe for use by many threads.
 *
 * <p>Errors: {@link RegistryUnreachableException} when no registry answered, {@link
 * SerializationException} for anything that is wrong with the bytes.
 */
public final class AvroDeserializer implements Deserializer<Object> {
  private final Map<Integer, DatumReader<Object>> readers = new ConcurrentHashMap<>();
  private final ThreadLocal<BinaryDecoder> decoders = new ThreadLocal<>();
  private SerdeSettings settings;
  private RegistryClient registry;

  @Override
  public void configure(Map<String, ?> configs, boolean isKey) {
    GeneratedRecords.trust();
    settings = SerdeSettings.of(configs);
    registry = settings.client();
  }

  @Override
  public Object deserialize(String topic, byte[] data) {
    return data == null ? null : read(topic, ByteBuffer.wrap(data));
  }

  /** Spares the copy of the record that the default makes. */
  @Override
  public Object deserialize(String topic, Headers headers, ByteBuffer data) {
    if (data == null || data.hasArray()) {
      return data == null ? null : read(topic, data);
    }
    byte[] copy = new byte[data.remaining()];
    data.duplicate().get(copy);
    return read(topic, ByteBuffer.wrap(copy));
  }

  @Override
  public void close() {
    if (registry != null) {
      registry.close();
    }
  }

  private Object read(String topic, ByteBuffer record) {
    int id = WireFormat.schemaId(topic, record);
    DatumReader<Object> reader = readerFor(id);
    BinaryDecoder decoder =
        DecoderFactory.get()
            .binaryDecoder(
                record.array(),
                record.arrayOffset() + record.position() + WireFormat.PREFIX_BYTES,
                record.remaining() - WireFormat.PREFIX_BYTES,
                decoders.get());
    decoders.set(decoder);
    try {
      return reader.read(null, decoder);
    } catch (IOException | RuntimeException e) {
      throw new SerializationException(
          "A record on topic %s does not match its schema, id %d: %s"
              .formatted(topic, id, e.getMessage()),
          e);
    }
  }

  private DatumReader<Object> readerFor(int id) {
    DatumReader<Object> reader = readers.get(id);
    return reader == null ? askRegistry(id) : reader;
  }

  /** One thread asks, the others wait for its answer; failures are not remembered. */
  private synchronized DatumReader<Object> askRegistry(int id) {
    if (registry == null) {
      throw new SerializationException("The Avro deserializer was not configured.");
    }
    return readers.computeIfAbsent(
        id,
        i -> {
          Schema writer = registry.schema(i);
          return settings.specificReader()
              ? specificReader(writer)
              : new GenericDatumReader<>(writer);
        });
  }

  private static DatumReader<Object> specificReader(Schema writer) {
    Class<?> type = generatedClass(writer);
    if (type == null) {
      throw new SerializationException(
          "There is no generated class %s for the schema that the record was written with: add it to the class path or set specific.avro.reader=false."
              .formatted(writer.getFullName()));
    }
    SpecificData model = SpecificData.getForClass(type);
    return new SpecificDatumReader<>(writer, model.getSchema(type), model);
  }

  private static Class<?> generatedClass(Schema writer) {
    try {
      Class<?> type = new SpecificData(AvroDeserializer.class.getClassLoader()).getClass(writer);
      return type != null && SpecificRecord.class.isAssignableFrom(type) ? type : null;
    } catch (SecurityException e) {
      // The schema names a class that is there and is no record.
      return null;
    }
  }
}
