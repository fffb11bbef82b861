package dev.watchword.ingest;

import dev.watchword.ingest.PacketQueue.Opened;
import dev.watchword.ingest.PacketQueue.Packet;
import dev.watchword.schemas.Segment;
import dev.watchword.schemas.SegmentState;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.bytedeco.ffmpeg.global.avcodec;

/** A segment that is being written. Used by the recording thread. */
final class OpenSegment implements AutoCloseable {
  private final RecordingFiles files;
  private final Opened stream;
  private final Path path;
  private final FileChannel lock;
  private final SegmentWriter writer;
  private final long startMicros;
  private long endMicros;

  /**
   * @param first the key frame with which it begins; it is written by {@link #write}
   */
  OpenSegment(RecordingFiles files, Opened stream, Packet first, Duration fragment)
      throws IOException {
    this.files = files;
    this.stream = stream;
    this.startMicros = first.capturedAtMicros();
    this.endMicros = startMicros;
    this.path = files.begin(instant(startMicros), stream.session());
    this.lock = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      lock.tryLock();
      this.writer =
          new SegmentWriter(
              path,
              new SegmentTags(stream.session(), startMicros),
              stream.parameters(),
              stream.timeBase(),
              first.packet(),
              fragment);
    } catch (IOException | RuntimeException e) {
      lock.close();
      Files.deleteIfExists(path);
      throw e;
    }
  }

  void write(Packet packet) throws IOException {
    writer.write(packet.packet());
    endMicros = Math.max(endMicros, packet.capturedAtMicros());
  }

  boolean isLongerThan(Duration length, long nowMicros) {
    return nowMicros - startMicros >= length.toNanos() / 1000 || nowMicros < startMicros;
  }

  /** Ends the file and describes it. */
  Segment finish(String camera) throws IOException {
    try {
      writer.finish();
    } finally {
      close();
    }
    Path finished = files.finish(path);
    return new Segment(
        camera,
        stream.session(),
        instant(startMicros),
        instant(endMicros),
        files.name(finished),
        SegmentState.RECORDED,
        writer.frames(),
        Files.size(finished),
        avcodec.avcodec_get_name(stream.parameters().codec_id()).getString());
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  /** Leaves the file as it is, to be recovered later. */
  @Override
  public void close() throws IOException {
    writer.close();
    lock.close();
  }
}
