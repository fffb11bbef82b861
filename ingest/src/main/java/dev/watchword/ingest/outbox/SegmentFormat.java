package dev.watchword.ingest.outbox;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;

/**
 * How a segment file is laid out: blocks of a length, the CRC-32C of the content, and the content
 * (all numbers are 4 bytes, big-endian). The first block, behind four bytes of magic, is the Avro
 * schema that wrote all others, each of which is one record. A file may end anywhere: what follows
 * the last whole block is not part of it.
 */
final class SegmentFormat {
  static final int MAGIC = 0x5757_4f31;
  static final int BLOCK_OVERHEAD = 8;

  /** Above the largest record that Kafka is set to take; more than this is no length. */
  private static final int LARGEST_BLOCK = 64 << 20;

  private SegmentFormat() {}

  static byte[] header(Schema schema) {
    byte[] text = schema.toString().getBytes(StandardCharsets.UTF_8);
    byte[] block = block(text, text.length);
    return ByteBuffer.allocate(4 + block.length).putInt(MAGIC).put(block).array();
  }

  /** A block of the first {@code length} bytes. */
  static byte[] block(byte[] content, int length) {
    return ByteBuffer.allocate(BLOCK_OVERHEAD + length)
        .putInt(length)
        .putInt(crc(content, 0, length))
        .put(content, 0, length)
        .array();
  }

  /**
   * The end of the block that begins at {@code offset} of a file's bytes, or -1 where no whole and
   * sound one does.
   */
  static int endOfBlock(byte[] file, int offset) {
    if (file.length - offset < BLOCK_OVERHEAD) {
      return -1;
    }
    ByteBuffer head = ByteBuffer.wrap(file, offset, BLOCK_OVERHEAD);
    int length = head.getInt();
    int crc = head.getInt();
    int content = offset + BLOCK_OVERHEAD;
    if (length <= 0 || length > LARGEST_BLOCK || file.length - content < length) {
      return -1;
    }
    return crc(file, content, length) == crc ? content + length : -1;
  }

  /** The schema of a file's bytes, null where they do not begin with a whole header. */
  static Schema schema(byte[] file) {
    if (file.length < 4 || ByteBuffer.wrap(file).getInt() != MAGIC) {
      return null;
    }
    int end = endOfBlock(file, 4);
    if (end < 0) {
      return null;
    }
    int from = 4 + BLOCK_OVERHEAD;
    try {
      return new Schema.Parser().parse(new String(file, from, end - from, StandardCharsets.UTF_8));
    } catch (SchemaParseException e) {
      return null;
    }
  }

  private static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
