package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.watchword.ingest.coverage.CoverageBook;
import dev.watchword.schemas.RecordingCause;
import dev.watchword.schemas.Segment;
import dev.watchword.schemas.SegmentState;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.EncodedClip;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.SceneClip;
import io.prometheus.client.CollectorRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
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
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class RecordingIT {
  private static final Instant START = Instant.parse("2026-03-01T23:59:55Z");

  /** Ten frames a second, a key frame each 1.5 s. */
  private static final int GOP = 15;

  @TempDir static Path shared;
  @TempDir Path storage;
  private static Path clip;

  private final CollectorRegistry registry = new CollectorRegistry();
  private final IngestMetrics.Camera metrics =
      new IngestMetrics(registry, new CoverageBook("test")).camera("gate");
  private final List<Segment> index = new ArrayList<>();
  private final RecordingWatch watch = new RecordingWatch();
  private final MovingClock clock = new MovingClock();

  private static final class MovingClock extends Clock {
    private Instant now = START;

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

  @Test
  void cutsTheVideoIntoSegmentsThatPlay() throws Exception {
    record(clip, config(Duration.ofSeconds(3), 1L << 30));

    // Key frames at 0, 1.5, 3 s and so on; twelve seconds in all.
    assertThat(index).hasSize(4).allMatch(segment -> segment.getState() == SegmentState.RECORDED);
    assertThat(index).extracting(Segment::getFrames).containsOnly(30);
    assertThat(index.get(0).getStart()).isEqualTo(START);
    assertThat(index.get(0).getEnd()).isEqualTo(START.plusMillis(2900));
    assertThat(index.get(0).getName())
        .isEqualTo("recordings/gate/2026-03-01/235955.000-00000001.mp4");
    assertThat(index.get(2).getName())
        .isEqualTo("recordings/gate/2026-03-02/000001.000-00000001.mp4");
    for (Segment segment : index) {
      Path file = storage.resolve(segment.getName());
      assertThat(Files.size(file)).isEqualTo(segment.getBytes());
      assertThat(AbandonedSegment.read(file))
          .isEqualTo(
              new AbandonedSegment(
                  30,
                  2_900_000,
                  "h264",
                  new SegmentTags(
                      segment.getSession(),
                      ChronoUnit.MICROS.between(Instant.EPOCH, segment.getStart()))));
      assertThat(CameraProbe.probe(Clips.camera("gate", file.toString())).width()).isEqualTo(320);
    }
    assertThat(metric("recording")).isZero();
    assertThat(metric("recorded_bytes_total"))
        .isEqualTo(index.stream().mapToLong(Segment::getBytes).sum());
  }

  @Test
  void theRecordingHoldsThePicturesOfTheCamera() throws Exception {
    record(clip, config(Duration.ofSeconds(30), 1L << 30));

    Path file = storage.resolve(index.get(0).getName());
    assertThat(DecodeModesIT.play(file, 2, DecodeMode.EAGER).sampled())
        .extracting(DecodeModesIT.Seen::pixels)
        .isEqualTo(
            DecodeModesIT.play(clip, 2, DecodeMode.EAGER).sampled().stream()
                .map(DecodeModesIT.Seen::pixels)
                .toList());
  }

  @ParameterizedTest
  @EnumSource(names = {"H265", "H264_WITH_B_FRAMES", "H265_WITH_B_FRAMES"})
  void recordsEachCodecSoThatItPlays(EncodedClip encoded) throws Exception {
    Path own = encoded.in(shared);
    record(own, config(Duration.ofSeconds(30), 1L << 30));

    assertThat(index).hasSize(1);
    Path file = storage.resolve(index.get(0).getName());
    DecodeModesIT.Played played = DecodeModesIT.play(file, 100, DecodeMode.EAGER);
    DecodeModesIT.Played original = DecodeModesIT.play(own, 100, DecodeMode.EAGER);
    assertThat(played.frames())
        .extracting(DecodeModesIT.Seen::pts)
        .isEqualTo(original.frames().stream().map(DecodeModesIT.Seen::pts).toList());
    assertThat(played.frames())
        .extracting(DecodeModesIT.Seen::pixels)
        .isEqualTo(original.frames().stream().map(DecodeModesIT.Seen::pixels).toList())
        .hasSize(index.get(0).getFrames());
  }

  @ParameterizedTest
  @EnumSource(names = {"H265", "H264_WITH_B_FRAMES", "H265_WITH_B_FRAMES"})
  void recordsEachCodecOfAnRtspCameraSoThatItPlays(EncodedClip encoded) throws Exception {
    Segment segment = recordOverRtsp(encoded.in(shared));

    List<DecodeModesIT.Seen> frames =
        DecodeModesIT.play(storage.resolve(segment.getName()), 100, DecodeMode.EAGER).frames();
    List<String> own =
        DecodeModesIT.play(encoded.in(shared), 100, DecodeMode.EAGER).frames().stream()
            .map(DecodeModesIT.Seen::pixels)
            .toList();
    assertThat(frames).hasSize(segment.getFrames()).hasSizeGreaterThan(10);
    assertThat(frames).extracting(DecodeModesIT.Seen::pixels).isSubsetOf(own);
    assertThat(frames).extracting(DecodeModesIT.Seen::pts).isSorted().doesNotHaveDuplicates();
    assertThat(ChronoUnit.MICROS.between(segment.getStart(), segment.getEnd()))
        .as("length by the index and by the file")
        .isCloseTo(frames.getLast().pts() - frames.getFirst().pts(), within(300_000L));
  }

  @Test
  void recordsAnRtspCamera() throws Exception {
    Segment segment = recordOverRtsp(clip);
    Path file = storage.resolve(segment.getName());
    assertThat(AbandonedSegment.read(file).frames()).isEqualTo(segment.getFrames());
    CameraProbe.Probe probe = CameraProbe.probe(Clips.camera("gate", file.toString()));
    assertThat(probe.sentence()).endsWith("gives 320x240 h264");
  }

  /** Its first segment, of at least a second. */
  private Segment recordOverRtsp(Path played) throws Exception {
    try (RtspServer server = new RtspServer(0)) {
      server.mount("gate", played);
      CameraConfig camera = Clips.camera("gate", server.url("gate"));
      PacketQueue queue = new PacketQueue(metrics::unrecorded);
      try (RecorderLoop loop = loop(config(Duration.ofSeconds(1), 1L << 30), queue);
          FrameSource source =
              FfmpegSource.opener(Clock.systemUTC(), Pause.real()).open(camera, new StopSignal())) {
        source.tappedBy(queue, "session-00000001");
        loop.step();
        while (index.isEmpty()) {
          source.next();
          loop.step();
        }
      }
    }
    return index.get(0);
  }

  @Test
  void killingTheProcessLosesAtMostOneFragment() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                RecordingChild.class.getName(),
                clip.toString(),
                storage.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    int written = 0;
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(child.getInputStream()))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        written = line.startsWith("written ") ? Integer.parseInt(line.substring(8)) : written;
        if (written == 100) {
          child.destroyForcibly().waitFor();
          break;
        }
      }
    }
    assertThat(written).isEqualTo(100);

    try (RecorderLoop loop = loop(config(Duration.ofSeconds(60), 1L << 30), closedQueue())) {
      loop.step();
    }
    assertThat(index).hasSize(1);
    Segment segment = index.get(0);
    assertThat(segment.getState()).isEqualTo(SegmentState.RECOVERED);
    assertThat(segment.getSession()).isEqualTo("session-00000002");
    assertThat(segment.getStart()).isEqualTo(START.plus(100_007, ChronoUnit.MICROS));
    assertThat(segment.getFrames()).isBetween(100 - GOP, 105);
    assertThat(Duration.between(segment.getStart(), segment.getEnd()).toMillis())
        .isEqualTo((segment.getFrames() - 1) * 100L);
    Path file = storage.resolve(segment.getName());
    assertThat(DecodeModesIT.play(file, 100, DecodeMode.EAGER).frames())
        .hasSize(segment.getFrames());
  }

  @Test
  void keepsWithinItsSizeAndAge() throws Exception {
    record(clip, config(Duration.ofSeconds(3), 1L << 30));
    long each = index.get(0).getBytes();
    index.clear();

    RecordingConfig small =
        new RecordingConfig(Duration.ofSeconds(3), Duration.ofDays(1), each * 2 + each / 2, 0);
    try (RecorderLoop loop = loop(small, closedQueue())) {
      loop.step();
    }
    assertThat(index).extracting(Segment::getState).containsOnly(SegmentState.DELETED);
    assertThat(index.get(0).getName())
        .isEqualTo("recordings/gate/2026-03-01/235955.000-00000001.mp4");
    assertThat(files().finished()).hasSize(4 - index.size());

    clock.now = START.plus(2, ChronoUnit.DAYS);
    try (RecorderLoop loop = loop(small, closedQueue())) {
      loop.step();
    }
    assertThat(files().finished()).isEmpty();
    assertThat(index).hasSize(4);
  }

  @Test
  void stopsOnceWhileThereIsNoRoomAndGoesOnWhenThereIs() throws Exception {
    // A file where the directory should be: nothing can be written.
    Path blocked = storage.resolve("recordings");
    Files.writeString(blocked, "in the way");
    PacketQueue queue = new PacketQueue(metrics::unrecorded);
    RecordingConfig config = config(Duration.ofSeconds(2), 1L << 30);
    try (RecorderLoop loop = loop(config, queue)) {
      feed(queue, loop);
      feed(queue, loop);
      assertThat(metric("recording_failures_total")).isEqualTo(1);
      assertThat(metric("recording")).isZero();
      assertThat(watch.now().cause()).isEqualTo(RecordingCause.STORAGE_FAILED);
      assertThat(watch.now().detail()).contains("recordings");

      Files.delete(blocked);
      feed(queue, loop);
      assertThat(index).as("it does not try all the time").isEmpty();
      clock.now = clock.now.plus(RecorderLoop.TRY_AGAIN);
      feed(queue, loop);
    }
    assertThat(index).isNotEmpty();
    assertThat(metric("recording_failures_total")).isEqualTo(1);
    assertThat(watch.now()).isEqualTo(Recording.ON);
  }

  @Test
  void leavesRoomOnTheDiskForOthers() throws Exception {
    PacketQueue queue = new PacketQueue(metrics::unrecorded);
    RecordingConfig greedy =
        new RecordingConfig(Duration.ofSeconds(2), Duration.ofDays(1), 1L << 30, Long.MAX_VALUE);
    try (RecorderLoop loop = loop(greedy, queue)) {
      feed(queue, loop);
    }
    assertThat(index).isEmpty();
    assertThat(metric("recording_failures_total")).isEqualTo(1);
    assertThat(files().finished()).isEmpty();
    assertThat(watch.now().cause()).isEqualTo(RecordingCause.DISK_FULL);
    assertThat(watch.now().detail()).contains("MiB left, less than recording.keep-free");
  }

  @Test
  void noticesThatTheDiskIsFull() throws Exception {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full), "this system has no /dev/full");
    try (PacketReader reader = reader(clip)) {
      AVPacket first = reader.next();
      assertThatThrownBy(
              () -> {
                try (SegmentWriter writer =
                    new SegmentWriter(
                        full,
                        SegmentTags.NONE,
                        reader.parameters(),
                        reader.timeBase(),
                        first,
                        Duration.ofSeconds(1))) {
                  writer.write(first);
                  writer.finish();
                }
              })
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space left");
    }
  }

  @Test
  void aRecorderThatIsStuckCostsTheCameraNothingAndIsTold() throws Exception {
    PacketQueue queue =
        new PacketQueue(
            () -> {
              metrics.unrecorded();
              watch.fellBehind();
            });
    try (PacketReader reader = reader(clip)) {
      queue.opened("session-00000001", reader.parameters(), reader.timeBase());
      AVPacket packet = reader.next();
      for (int i = 0; i < PacketQueue.MOST_PACKETS + 50; i++) {
        queue.packet(packet, ChronoUnit.MICROS.between(Instant.EPOCH, START));
      }
    }
    assertThat(metric("unrecorded_packets_total")).isEqualTo(51);
    assertThat(watch.now().cause()).isEqualTo(RecordingCause.DISK_SLOW);
    try (RecorderLoop loop = loop(config(Duration.ofSeconds(60), 1L << 30), queue)) {
      assertThat(index).isEmpty();
    }
    assertThat(index).hasSize(1);
    assertThat(index.get(0).getFrames()).isEqualTo(PacketQueue.MOST_PACKETS - 1);
    assertThat(watch.now()).as("when it has caught up").isEqualTo(Recording.ON);
  }

  private void feed(PacketQueue queue, RecorderLoop loop) throws Exception {
    feed(clip, queue, loop);
  }

  private void feed(Path played, PacketQueue queue, RecorderLoop loop) throws Exception {
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

  private void record(Path played, RecordingConfig config) throws Exception {
    PacketQueue queue = new PacketQueue(metrics::unrecorded);
    try (RecorderLoop loop = loop(config, queue)) {
      feed(played, queue, loop);
    }
  }

  private static PacketReader reader(Path clip) throws SourceFailure {
    return PacketReader.open(
        Clips.camera("gate", clip.toString()), new StopSignal(), Clock.systemUTC());
  }

  private static PacketQueue closedQueue() {
    PacketQueue queue = new PacketQueue(() -> {});
    queue.close();
    return queue;
  }

  private static RecordingConfig config(Duration segment, long maxBytes) {
    return new RecordingConfig(segment, Duration.ofDays(1), maxBytes, 0);
  }

  private RecordingFiles files() {
    return new RecordingFiles(storage, "gate");
  }

  private RecorderLoop loop(RecordingConfig config, PacketQueue queue) {
    return new RecorderLoop("gate", config, queue, files(), index::add, metrics, watch, clock);
  }

  private double metric(String name) {
    Double value =
        registry.getSampleValue(
            "watchword_ingest_" + name, new String[] {"camera"}, new String[] {"gate"});
    return value == null ? 0 : value;
  }

  /** A process of its own that records a clip, slowly, into one segment. */
  static final class RecordingChild {
    private RecordingChild() {}

    public static void main(String[] arguments) throws Exception {
      PacketQueue queue = new PacketQueue(() -> {});
      try (RecorderLoop loop =
              new RecorderLoop(
                  "gate",
                  config(Duration.ofSeconds(60), 1L << 30),
                  queue,
                  new RecordingFiles(Path.of(arguments[1]), "gate"),
                  segment -> {},
                  new IngestMetrics(new CollectorRegistry(), new CoverageBook("test"))
                      .camera("gate"),
                  new RecordingWatch(),
                  Clock.systemUTC());
          PacketReader reader = reader(Path.of(arguments[0]))) {
        queue.opened("session-00000002", reader.parameters(), reader.timeBase());
        loop.step();
        for (int i = 1; i <= 105; i++) {
          AVPacket packet = reader.next();
          queue.packet(packet, ChronoUnit.MICROS.between(Instant.EPOCH, START) + 7 + i * 100_000L);
          loop.step();
          System.out.println("written " + i);
        }
        // Waits to be killed.
        System.in.transferTo(System.out);
        queue.poll(Duration.ofSeconds(60));
      }
    }
  }
}
