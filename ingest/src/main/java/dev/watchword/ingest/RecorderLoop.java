package dev.watchword.ingest;

import dev.watchword.ingest.PacketQueue.Gap;
import dev.watchword.ingest.PacketQueue.Item;
import dev.watchword.ingest.PacketQueue.Opened;
import dev.watchword.ingest.PacketQueue.Packet;
import dev.watchword.schemas.RecordingCause;
import dev.watchword.schemas.Segment;
import dev.watchword.schemas.SegmentState;
import dev.watchword.service.LoopThread;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records one camera: packets from its queue into segments, without decoding. Where the disk is
 * full or broken it stops, says so once, and tries again later; the camera does not notice. Made by
 * any thread, stepped and closed by its own.
 */
final class RecorderLoop implements LoopThread.Loop {
  private static final Logger log = LoggerFactory.getLogger(RecorderLoop.class);
  private static final Duration WAIT = Duration.ofMillis(500);
  static final Duration TRY_AGAIN = Duration.ofSeconds(10);

  private final String camera;
  private final RecordingConfig config;
  private final PacketQueue queue;
  private final RecordingFiles files;
  private final Consumer<Segment> index;
  private final CameraMetrics metrics;
  private final RecordingWatch watch;
  private final Clock clock;
  private Opened stream;
  private OpenSegment segment;
  private boolean recovered;
  private boolean failing;
  private Instant tryAt = Instant.MIN;

  /**
   * @param watch told of how it goes
   * @param index told of each segment that is recorded, recovered or deleted; must not block long
   */
  RecorderLoop(
      String camera,
      RecordingConfig config,
      PacketQueue queue,
      RecordingFiles files,
      Consumer<Segment> index,
      CameraMetrics metrics,
      RecordingWatch watch,
      Clock clock) {
    this.camera = camera;
    this.config = config;
    this.queue = queue;
    this.files = files;
    this.index = index;
    this.metrics = metrics;
    this.watch = watch;
    this.clock = clock;
  }

  /** Works on one item of the queue, or waits for one. */
  @Override
  public void step() {
    if (!recovered) {
      recovered = true;
      guarded(this::recover);
    }
    Item item = queue.poll(WAIT);
    if (item != null) {
      take(item);
    }
  }

  private void take(Item item) {
    switch (item) {
      case Opened opened -> {
        guarded(this::finish);
        forgetStream();
        stream = opened;
      }
      case Gap gap -> {
        guarded(this::finish);
        watch.caughtUp();
      }
      case Packet packet -> {
        guarded(() -> record(packet));
        PacketQueue.free(packet);
      }
    }
  }

  private void record(Packet packet) throws IOException {
    if (packet.isKey()
        && (segment == null || segment.isLongerThan(config.segment(), packet.capturedAtMicros()))) {
      finish();
      begin(packet);
    }
    if (segment != null) {
      segment.write(packet);
    }
  }

  private void begin(Packet key) throws IOException {
    if (stream == null || (failing && clock.instant().isBefore(tryAt))) {
      return;
    }
    long free = files.free();
    if (free < config.keepFree()) {
      throw new NoRoomException(
          "the disk has %d MiB left, less than recording.keep-free asks for".formatted(free >> 20));
    }
    segment = new OpenSegment(files, stream, key, config.segment());
    metrics.recording(true);
    watch.going();
    if (failing) {
      failing = false;
      log.atInfo().addKeyValue("camera", camera).log("recording again");
    }
  }

  private void finish() throws IOException {
    if (segment == null) {
      return;
    }
    OpenSegment done = segment;
    segment = null;
    Segment record = done.finish(camera);
    metrics.recorded(record.getBytes());
    index.accept(record);
    retain();
  }

  /** Deletes the oldest segments until age and size are within bounds. */
  private void retain() throws IOException {
    Instant oldest = clock.instant().minus(config.keep());
    long bytes = 0;
    for (Path file : files.finished()) {
      bytes += Files.size(file);
    }
    for (Path file : files.finished()) {
      if (bytes <= config.maxBytes() && !files.start(file).isBefore(oldest)) {
        return;
      }
      bytes -= Files.size(file);
      delete(file);
    }
  }

  private void delete(Path file) throws IOException {
    Instant start = files.start(file);
    files.delete(file);
    index.accept(
        new Segment(camera, "", start, start, files.name(file), SegmentState.DELETED, 0, 0L, ""));
  }

  /** Gives what a killed process left its name. */
  private void recover() throws IOException {
    for (Path file : files.abandoned()) {
      AbandonedSegment left = AbandonedSegment.read(file);
      if (left.frames() == 0) {
        files.delete(file);
        continue;
      }
      SegmentTags tags = left.tags();
      Instant start =
          tags.startMicros() < 0
              ? files.start(file)
              : Instant.EPOCH.plus(tags.startMicros(), ChronoUnit.MICROS);
      Path finished = files.finish(file);
      index.accept(
          new Segment(
              camera,
              tags.session(),
              start,
              start.plus(left.micros(), ChronoUnit.MICROS),
              files.name(finished),
              SegmentState.RECOVERED,
              left.frames(),
              Files.size(finished),
              left.codec()));
      log.atInfo()
          .addKeyValue("camera", camera)
          .addKeyValue("segment", files.name(finished))
          .addKeyValue("frames", left.frames())
          .log("recovered a recording");
    }
    retain();
  }

  private interface Writing {
    void run() throws IOException;
  }

  private void guarded(Writing writing) {
    try {
      writing.run();
    } catch (IOException e) {
      failed(e);
    }
  }

  private void failed(IOException e) {
    tryAt = clock.instant().plus(TRY_AGAIN);
    metrics.recording(false);
    boolean full = e instanceof NoRoomException || isNoSpace(e);
    watch.stopped(full ? RecordingCause.DISK_FULL : RecordingCause.STORAGE_FAILED, sentence(e));
    abandon();
    if (!failing) {
      failing = true;
      metrics.recordingFailure();
      log.atWarn()
          .addKeyValue("camera", camera)
          .addKeyValue("error", e.getMessage())
          .log("recording stopped; free space or mend the storage, it goes on by itself");
    }
  }

  /** The operating system's words, which both Java and FFmpeg pass on. */
  private static boolean isNoSpace(IOException e) {
    return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("no space left");
  }

  /** Java's messages of a file are its path alone, but for the class. */
  private static String sentence(IOException e) {
    return e instanceof FileSystemException file && file.getReason() == null
        ? file.getClass().getSimpleName() + ": " + file.getMessage()
        : String.valueOf(e.getMessage());
  }

  private static final class NoRoomException extends IOException {
    private static final long serialVersionUID = 1L;

    NoRoomException(String message) {
      super(message);
    }
  }

  private void abandon() {
    if (segment != null) {
      try {
        segment.close();
      } catch (IOException e) {
        log.atDebug().setCause(e).log("a segment could not be closed");
      }
      segment = null;
      recovered = false;
    }
  }

  private void forgetStream() {
    if (stream != null) {
      PacketQueue.free(stream);
      stream = null;
    }
  }

  @Override
  public void wakeup() {
    queue.close();
  }

  /** Records what is still queued and ends the segment. */
  @Override
  public void close() {
    queue.close();
    for (Item item = queue.poll(Duration.ZERO); item != null; item = queue.poll(Duration.ZERO)) {
      take(item);
    }
    guarded(this::finish);
    metrics.recording(false);
    forgetStream();
  }
}
