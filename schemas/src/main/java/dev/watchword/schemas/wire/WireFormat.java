package dev.watchword.schemas.wire;

import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.SerializationException;

/**
 * The five bytes in front of each Avro payload: magic 0, then the schema id as a big-endian int.
 *
 * <p>Newer producers can put a schema GUID into a record header instead and mark it with magic 1;
 * that form is refused, because a reader of this format has no id to look up.
 */
final class WireFormat {
  static final byte MAGIC = 0;
  static final int PREFIX_BYTES = 5;

  private WireFormat() {}

  /** The schema id of the record that starts at the buffer's position, which stays where it is. */
  static int schemaId(String topic, ByteBuffer record) {
    if (record.remaining() < PREFIX_BYTES) {
      throw new SerializationException(
          "A record on topic %s has %d bytes, fewer than the %d of the wire format's prefix: it was not written by an Avro serializer."
              .formatted(topic, record.remaining(), PREFIX_BYTES));
    }
    byte magic = record.get(record.position());
    if (magic == 1) {
      throw new SerializationException(
          "A record on topic %s starts with magic byte 1 (schema GUID): let its producer write schema ids in the payload prefix (magic byte 0)."
              .formatted(topic));
    }
    if (magic != MAGIC) {
      throw new SerializationException(
          "A record on topic %s starts with magic byte %d instead of 0: it was not written by an Avro serializer with a schema registry."
              .formatted(topic, magic));
    }
    return record.getInt(record.position() + 1);
  }
}
