package dev.watchword.ingest;

import dev.watchword.ingest.coverage.CoverageBook;
import dev.watchword.schemas.Segment;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.SceneClip;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A recorder of one camera, a drawn clip for it, and the index that it writes. */
@Timeout(60)
abstract class RecordingFixture {
  static final Instant START = Instant.parse("2026-03-01T23:59:55Z");

  /** Ten frames a second, a key frame each 1.5 s. */
  static final int GOP = 15;

  @TempDir static Path shared;
  @TempDir Path storage;
  static Path clip;
  final CollectorRegistry registry = new CollectorRegistry();
  final CameraMetrics metrics =
      new IngestMetrics(registry, new CoverageBook("test")).camera("gate");
  final List<Segment> index = new ArrayList<>();
  final RecordingWatch watch = new RecordingWatch();
  final MovingClock clock = new MovingClock();

  static final class MovingClock extends Clock {
    Instant now = START;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @BeforeAll
  static void draw() throws IOException {
    clip = SceneClip.cached(shared, new DrawnScene(5, 320, 240, 10, 120));
  }

  void feed(PacketQueue queue, RecorderLoop loop) throws Exception {
    feed(clip, queue, loop);
  }

  void feed(Path played, PacketQueue queue, RecorderLoop loop) throws Exception {
    try (PacketReader reader = reader(played)) {
      queue.opened("session-00000001", reader.parameters(), reader.timeBase());
      loop.step();
      long number = 0;
      for (AVPacket packet = reader.next(); packet != null; packet = reader.next()) {
        queue.packet(packet, ChronoUnit.MICROS.between(Instant.EPOCH, START) + 100_000 * number++);
        loop.step();
      }
      queue.closed();
      loop.step();
    }
  }

  void record(Path played, RecordingConfig config) throws Exception {
    PacketQueue queue = new PacketQueue(metrics::unrecorded);
    try (RecorderLoop loop = loop(config, queue)) {
      feed(played, queue, loop);
    }
  }

  static PacketReader reader(Path clip) throws SourceFailure {
    return PacketReader.open(
        Clips.camera("gate", clip.toString()), new StopSignal(), Clock.systemUTC());
  }

  static PacketQueue closedQueue() {
    PacketQueue queue = new PacketQueue(() -> {});
    queue.close();
    return queue;
  }

  static RecordingConfig config(Duration segment, long maxBytes) {
    return new RecordingConfig(segment, Duration.ofDays(1), maxBytes, 0);
  }

  RecordingFiles files() {
    return new RecordingFiles(storage, "gate");
  }

  RecorderLoop loop(RecordingConfig config, PacketQueue queue) {
    return new RecorderLoop("gate", config, queue, files(), index::add, metrics, watch, clock);
  }

  double metric(String name) {
    Double value =
        registry.getSampleValue(
            "watchword_ingest_" + name, new String[] {"camera"}, new String[] {"gate"});
    return value == null ? 0 : value;
  }
}
