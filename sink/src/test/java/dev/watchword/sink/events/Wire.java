package dev.watchword.sink.events;

import dev.watchword.schemas.wire.GeneratedRecords;
import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.service.kafka.RecordEncoder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;

/** Records as bytes without a registry: the class's name, then Avro. */
final class Wire {
  static {
    GeneratedRecords.trust();
  }

  private Wire() {}

  static RecordEncoder encoder() {
    return RecordEncoder.with((topic, record) -> write((SpecificRecord) record));
  }

  static RecordDecoder decoder() {
    return RecordDecoder.with((topic, bytes) -> bytes == null ? null : read(bytes));
  }

  static byte[] write(SpecificRecord record) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeUTF(record.getClass().getName());
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
      new SpecificDatumWriter<SpecificRecord>(record.getSchema()).write(record, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static SpecificRecord read(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      SpecificRecord empty =
          (SpecificRecord) Class.forName(in.readUTF()).getDeclaredConstructor().newInstance();
      return new SpecificDatumReader<SpecificRecord>(empty.getSchema())
          .read(null, DecoderFactory.get().directBinaryDecoder(in, null));
    } catch (IOException | ReflectiveOperationException e) {
      throw new SerializationException("not a record", e);
    }
  }
}
