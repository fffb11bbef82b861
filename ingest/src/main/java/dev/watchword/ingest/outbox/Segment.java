package dev.watchword.ingest.outbox;

import dev.watchword.schemas.SampledFrame;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;

/**
 * One file of the outbox. Each record is one write to the file, so it outlives the process from
 * then on (and the machine from when the segment is full). Not thread-safe.
 */
final class Segment {
  private final Path file;
  private final Schema writer;
  private final List<Spooled> entries = new ArrayList<>();
  private FileOutputStream out;
  private int bytes;
  private int left;
  private boolean deleted;
  private boolean cut;

  private Segment(Path file, Schema writer, int bytes) {
    this.file = file;
    this.writer = writer;
    this.bytes = bytes;
  }

  /** A new, empty one. */
  static Segment create(Path file) throws IOException {
    byte[] header = SegmentFormat.header(SampledFrame.getClassSchema());
    Segment segment = new Segment(file, SampledFrame.getClassSchema(), header.length);
    segment.out = new FileOutputStream(file.toFile());
    segment.out.write(header);
    return segment;
  }

  /**
   * One that an earlier process has left, for reading. A torn or damaged end is cut off the file.
   */
  static Segment recover(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    Schema schema = SegmentFormat.schema(content);
    if (schema == null) {
      Segment empty = new Segment(file, SampledFrame.getClassSchema(), 0);
      empty.cut = content.length > 0;
      return empty;
    }
    int offset = SegmentFormat.endOfBlock(content, 4);
    Segment segment = new Segment(file, schema, offset);
    int end = SegmentFormat.endOfBlock(content, offset);
    while (end > 0) {
      int from = offset + SegmentFormat.BLOCK_OVERHEAD;
      try {
        segment.add(segment.decode(content, from, end - from), offset, end);
      } catch (IOException | RuntimeException e) {
        // Its schema does not lead to ours, nor will it for those that follow.
        break;
      }
      offset = end;
      end = SegmentFormat.endOfBlock(content, offset);
    }
    if (segment.bytes < content.length) {
      segment.cut = true;
      try (RandomAccessFile torn = new RandomAccessFile(file.toFile(), "rw")) {
        torn.setLength(segment.bytes);
      }
    }
    return segment;
  }

  void append(SampledFrame frame) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream(frame.getImage().remaining() + 512);
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(content, null);
    new SpecificDatumWriter<SampledFrame>(writer).write(frame, encoder);
    byte[] block = SegmentFormat.block(content.toByteArray(), content.size());
    try {
      out.write(block);
    } catch (IOException e) {
      cutBack(e);
      throw e;
    }
    add(frame, bytes, bytes + block.length);
  }

  /** A disk that was full may have taken a part of the block. */
  private void cutBack(IOException cause) {
    try {
      out.getChannel().truncate(bytes);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private void add(SampledFrame frame, int offset, int end) {
    Spooled.Origin origin =
        new Spooled.Origin(
            frame.getId().getCamera(),
            frame.getId().getSession(),
            ChronoUnit.MICROS.between(Instant.EPOCH, frame.getCapturedAt()));
    entries.add(new Spooled(this, origin, offset, end));
    bytes = end;
    left++;
  }

  /** Reads a frame back; fails when the file no longer holds what was written. */
  SampledFrame read(Spooled entry) throws IOException {
    byte[] block = new byte[entry.end() - entry.offset()];
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      in.seek(entry.offset());
      in.readFully(block);
    }
    if (SegmentFormat.endOfBlock(block, 0) != block.length) {
      throw new IOException("the record at byte " + entry.offset() + " of " + file + " is damaged");
    }
    return decode(block, SegmentFormat.BLOCK_OVERHEAD, block.length - SegmentFormat.BLOCK_OVERHEAD);
  }

  private SampledFrame decode(byte[] content, int offset, int length) throws IOException {
    return new SpecificDatumReader<SampledFrame>(writer, SampledFrame.getClassSchema())
        .read(null, DecoderFactory.get().binaryDecoder(content, offset, length, null));
  }

  /** All that were ever written, oldest first. */
  List<Spooled> entries() {
    return entries;
  }

  int bytes() {
    return bytes;
  }

  /** Whether it ended in a record that was not whole or not sound; that one is gone. */
  boolean isCut() {
    return cut;
  }

  boolean isDeleted() {
    return deleted;
  }

  /** Returns whether the frame was the last one left. */
  boolean remove(Spooled entry) {
    entry.remove();
    return --left == 0;
  }

  boolean isEmpty() {
    return left == 0;
  }

  /** No more is written; waits until the disk has everything. */
  void seal() throws IOException {
    if (out != null) {
      FileOutputStream sealed = out;
      out = null;
      try (sealed) {
        sealed.getFD().sync();
      }
    }
  }

  void delete() throws IOException {
    deleted = true;
    if (out != null) {
      out.close();
      out = null;
    }
    Files.deleteIfExists(file);
  }
}
