package dev.watchword.schemas.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericContainer;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.Encoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;

/** Writes records of one schema under one id. Safe for use by many threads. */
sealed interface RecordWriter {
  /** The id on the wire. */
  int id();

  void write(GenericContainer data, Encoder encoder) throws IOException;

  /** Writes with the record's own schema, which has this id. */
  static RecordWriter own(int id, GenericContainer sample) {
    return new Own(id, datumWriter(sample));
  }

  /** Writes with the subject's latest schema, which must be able to hold the record. */
  static RecordWriter latest(RegistryClient.Version latest, GenericContainer sample) {
    Schema own = sample.getSchema();
    if (own.equals(latest.schema())) {
      return own(latest.id(), sample);
    }
    var verdict = SchemaCompatibility.checkReaderWriterCompatibility(latest.schema(), own);
    if (verdict.getType() != SchemaCompatibilityType.COMPATIBLE) {
      throw new SerializationException(
          "%s cannot be written with version %d of subject %s: %s"
              .formatted(
                  own.getFullName(),
                  latest.version(),
                  latest.subject(),
                  verdict.getResult().getIncompatibilities()));
    }
    return new Converted(latest.id(), datumWriter(sample), own, latest.schema());
  }

  private static DatumWriter<Object> datumWriter(GenericContainer sample) {
    return sample instanceof SpecificRecord
        ? new SpecificDatumWriter<>(sample.getSchema(), SpecificData.getForClass(sample.getClass()))
        : new GenericDatumWriter<>(sample.getSchema());
  }

  record Own(int id, DatumWriter<Object> writer) implements RecordWriter {
    @Override
    public void write(GenericContainer data, Encoder encoder) throws IOException {
      writer.write(data, encoder);
    }
  }

  /** Avro resolves only when it reads, so the record takes a turn through its own bytes. */
  record Converted(int id, DatumWriter<Object> writer, Schema own, Schema latest)
      implements RecordWriter {
    @Override
    public void write(GenericContainer data, Encoder encoder) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      BinaryEncoder plain = EncoderFactory.get().binaryEncoder(bytes, null);
      writer.write(data, plain);
      plain.flush();
      Object converted =
          new GenericDatumReader<>(own, latest)
              .read(null, DecoderFactory.get().binaryDecoder(bytes.toByteArray(), null));
      new GenericDatumWriter<>(latest).write(converted, encoder);
    }
  }
}
