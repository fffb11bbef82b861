package dev.watchword.schemas.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericContainer;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Writes Avro records, generated or generic, in Confluent's wire format. Null stays null, so
 * tombstones pass.
 *
 * <p>Chosen by {@code value.serializer} or {@code key.serializer}. Configuration keys are those of
 * {@code io.confluent.kafka.serializers.KafkaAvroSerializer}, which may take this class's place:
 * {@code schema.registry.url}, {@code auto.register.schemas} (true), {@code use.latest.version}
 * (false), {@code basic.auth.credentials.source}, {@code basic.auth.user.info}. The subject is the
 * topic's name and {@code -value} or {@code -key}.
 *
 * <p>The registry is asked once for each topic and schema. Safe for use by many threads.
 *
 * <p>Errors: {@link RegistryUnreachableException} when no registry answered, {@link
 * SerializationException} for anything that is wrong with the record or its schema.
 */
public final class AvroSerializer implements Serializer<Object> {
  /** A thread keeps a buffer up to this size; one bigger record must not hold memory for ever. */
  private static final int KEPT_BUFFER_BYTES = 1 << 20;

  private final Map<String, Map<Schema, RecordWriter>> writers = new ConcurrentHashMap<>();
  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);
  private SerdeSettings settings;
  private RegistryClient registry;
  private String subjectSuffix;

  private static final class Scratch {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    private BinaryEncoder encoder;
  }

  @Override
  public void configure(Map<String, ?> configs, boolean isKey) {
    GeneratedRecords.trust();
    settings = SerdeSettings.of(configs);
    registry = settings.client();
    subjectSuffix = isKey ? "-key" : "-value";
  }

  @Override
  public byte[] serialize(String topic, Object data) {
    if (data == null) {
      return null;
    }
    if (!(data instanceof GenericContainer container)) {
      throw new SerializationException(
          "Cannot write a %s to topic %s: only Avro records have a schema."
              .formatted(data.getClass().getName(), topic));
    }
    RecordWriter writer = writerFor(topic, container);
    Scratch reused = scratch.get();
    try {
      return write(writer, container, reused);
    } catch (IOException | RuntimeException e) {
      // A half-written record may still sit in the encoder.
      scratch.remove();
      throw new SerializationException(
          "Cannot write a %s to topic %s: %s"
              .formatted(container.getSchema().getFullName(), topic, e.getMessage()),
          e);
    }
  }

  private byte[] write(RecordWriter writer, GenericContainer data, Scratch reused)
      throws IOException {
    reused.bytes.reset();
    reused.encoder = EncoderFactory.get().binaryEncoder(reused.bytes, reused.encoder);
    reused.bytes.write(WireFormat.MAGIC);
    int id = writer.id();
    for (int shift = 24; shift >= 0; shift -= 8) {
      reused.bytes.write(id >>> shift);
    }
    writer.write(data, reused.encoder);
    reused.encoder.flush();
    byte[] record = reused.bytes.toByteArray();
    if (record.length > KEPT_BUFFER_BYTES) {
      scratch.remove();
    }
    return record;
  }

  @Override
  public void close() {
    if (registry != null) {
      registry.close();
    }
  }

  private RecordWriter writerFor(String topic, GenericContainer data) {
    Map<Schema, RecordWriter> ofTopic = writers.get(topic);
    RecordWriter writer = ofTopic == null ? null : ofTopic.get(data.getSchema());
    return writer == null ? askRegistry(topic, data) : writer;
  }

  /** One thread asks, the others wait for its answer; failures are not remembered. */
  private synchronized RecordWriter askRegistry(String topic, GenericContainer data) {
    if (registry == null) {
      throw new SerializationException("The Avro serializer was not configured.");
    }
    Schema schema = data.getSchema();
    String subject = topic + subjectSuffix;
    return writers
        .computeIfAbsent(topic, t -> new ConcurrentHashMap<>())
        .computeIfAbsent(
            schema,
            s -> {
              if (settings.autoRegister()) {
                return RecordWriter.own(registry.register(subject, s), data);
              }
              return settings.useLatest()
                  ? RecordWriter.latest(registry.latest(subject), data)
                  : RecordWriter.own(registry.lookup(subject, s), data);
            });
  }
}
