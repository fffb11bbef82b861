package dev.watchword.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.ingest.CameraConfig;
import dev.watchword.ingest.CameraUrl;
import dev.watchword.ingest.GateProbe;
import dev.watchword.schemas.CameraState;
import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.DeadLetter;
import dev.watchword.schemas.Evidence;
import dev.watchword.schemas.EvidenceKind;
import dev.watchword.schemas.EvidenceOutcome;
import dev.watchword.schemas.EvidenceRequest;
import dev.watchword.schemas.RecordingState;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.Segment;
import dev.watchword.schemas.SegmentState;
import dev.watchword.schemas.Topic;
import dev.watchword.service.config.Secret;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.SceneClip;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A camera is recorded and asked for evidence, with a real broker; its process is killed. */
class RecordingST {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int FRAMES_PER_SECOND = 10;

  /** A key frame each 1.5 s. */
  private static final Duration FRAGMENT = Duration.ofMillis(1500);

  private static final long HEAD_BYTES = 4096;

  private static final DrawnScene SCENE = new DrawnScene(5, 640, 480, FRAMES_PER_SECOND, 120);

  @TempDir private Path directory;

  @Test
  void recordsAndGivesEvidenceAndAKillCostsAtMostOneFragment() throws Exception {
    try (Broker broker = Broker.start(directory);
        RtspServer cameras = new RtspServer(0)) {
      cameras.mount("gate", SceneClip.cached(directory, SCENE));
      Path config =
          Files.writeString(
              directory.resolve("watchword.yaml"),
              broker.yaml()
                  + "data: %s%n".formatted(directory.resolve("data"))
                  + "prompts: {people: {text: detect person}}\n"
                  + "cameras: {gate: {url: '%s', sample: 5/s, picture: 320,"
                      .formatted(cameras.url("gate"))
                  + " recording: {segment: 3s, keep-free: 0B}}}\n");
      String killed;
      try (WatchwordProcess ingest = ingest(config)) {
        String metrics = ingest.awaitLine("metrics=\"?(http://[^\\s\"]+)", LIMIT);
        ingest.awaitLine("takes requests for evidence", LIMIT);
        Wait.until("segments", LIMIT, () -> segments(broker).size() >= 2 ? true : null);
        CameraStatus status =
            Wait.until("the camera's own clock", LIMIT, () -> timedByTheCamera(broker));
        assertThat(status.getState()).isEqualTo(CameraState.LIVE);
        assertThat(status.getRecording()).isEqualTo(RecordingState.RECORDING);
        assertThat(status.getClockErrorMicros()).isBetween(0L, 1_000_000L);

        evidence(broker);
        unreadableRequest(broker, metrics);

        killed = status.getSession();
        Wait.until("a fragment in an open segment", LIMIT, () -> fragment() ? true : null);
        ingest.kill();
      }
      SampledFrame last = broker.read(Topic.FRAMES, SampledFrame.class).getLast();
      try (WatchwordProcess ingest = ingest(config)) {
        Segment recovered =
            Wait.until(
                "what the killed process had recorded",
                LIMIT,
                () ->
                    segments(broker).stream()
                        .filter(segment -> segment.getState() == SegmentState.RECOVERED)
                        .findFirst()
                        .orElse(null));
        assertThat(recovered.getSession()).isEqualTo(killed);
        assertThat(Duration.between(recovered.getEnd(), last.getCapturedAt()))
            .as("lost by the kill")
            .isLessThan(FRAGMENT.plusMillis(1000 / FRAMES_PER_SECOND));
        whole(broker, killed);
        ingest.stop(Duration.ofSeconds(10));
      }
    }
  }

  private static CameraStatus timedByTheCamera(Broker broker) throws Exception {
    CameraStatus status = broker.read(Topic.CAMERA_STATUS, CameraStatus.class).getLast();
    return status.getClock() == CaptureClock.RTCP ? status : null;
  }

  /** The session's segments follow each other without a gap, and each of them plays. */
  private void whole(Broker broker, String session) throws Exception {
    List<Segment> segments =
        segments(broker).stream()
            .filter(segment -> segment.getSession().equals(session))
            .sorted(Comparator.comparing(Segment::getStart))
            .toList();
    assertThat(segments).hasSizeGreaterThan(2);
    List<Integer> pictures = pictures(segments);
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      Duration length = Duration.between(segment.getStart(), segment.getEnd());
      int expected = (int) Math.round(length.toMillis() * FRAMES_PER_SECOND / 1000.0) + 1;
      // The first frames of a session are timed by their arrival, until the camera tells its clock.
      assertThat(segment.getFrames()).isBetween(expected, expected + (i == 0 ? 10 : 0));
      assertThat(pictures.get(i))
          .isEqualTo((int) Math.ceil(segment.getFrames() * 2.0 / FRAMES_PER_SECOND));
      if (i > 0) {
        assertThat(Duration.between(segments.get(i - 1).getEnd(), segment.getStart()).toMillis())
            .as("from one segment to the next")
            .isBetween(50L, 150L);
      }
    }
  }

  /** How many each of them shows; they play at their own pace, all at once. */
  private List<Integer> pictures(List<Segment> segments) throws Exception {
    List<Integer> pictures = new ArrayList<>();
    try (ExecutorService players = Executors.newCachedThreadPool()) {
      List<Callable<Integer>> plays = new ArrayList<>();
      for (Segment segment : segments) {
        Path file = directory.resolve("data/storage").resolve(segment.getName());
        plays.add(() -> play(file).size());
      }
      for (Future<Integer> played : players.invokeAll(plays)) {
        pictures.add(played.get());
      }
    }
    return pictures;
  }

  private void evidence(Broker broker) throws Exception {
    SampledFrame frame = broker.read(Topic.FRAMES, SampledFrame.class).getLast();
    Instant moment = frame.getCapturedAt();
    send(
        broker,
        new EvidenceRequest("still", "gate", EvidenceKind.PICTURE, moment, 0L, 0L, List.of()),
        new EvidenceRequest(
            "clip", "gate", EvidenceKind.CLIP, moment, 1_000_000L, 2_000_000L, List.of()));
    Evidence still = answer(broker, "still");
    assertThat(Duration.between(moment, still.getStart()).abs()).isLessThan(Duration.ofMillis(5));
    assertThat(List.of(still.getWidth(), still.getHeight())).containsExactly(640, 480);
    int number = (int) Math.round(frame.getPtsMicros() * FRAMES_PER_SECOND / 1e6);
    shows(ImageIO.read(stored(still).toFile()), number);

    Evidence clip = answer(broker, "clip");
    assertThat(clip.getStart()).isBeforeOrEqualTo(moment.minusSeconds(1));
    assertThat(clip.getStart()).isAfter(moment.minusSeconds(1).minus(FRAGMENT));
    assertThat(Duration.between(moment, clip.getEnd()).toMillis()).isBetween(1890L, 2001L);
    List<BufferedImage> pictures = play(stored(clip));
    long before = ChronoUnit.MILLIS.between(clip.getStart(), moment);
    int first = number - (int) Math.round(before * FRAMES_PER_SECOND / 1000.0);
    for (int i = 0; i < pictures.size(); i++) {
      shows(pictures.get(i), first + i * FRAMES_PER_SECOND / 2);
    }
    assertThat(pictures).hasSizeGreaterThanOrEqualTo(6);
  }

  private Path stored(Evidence evidence) {
    return directory.resolve("data/storage").resolve(evidence.getName());
  }

  /** The picture is the scene's of this number, and not one a second from it. */
  private static void shows(BufferedImage picture, int number) {
    double there = difference(picture, scene(number));
    assertThat(there).as("difference from frame %d", number).isLessThan(4);
    assertThat(there).isLessThan(difference(picture, scene(number - FRAMES_PER_SECOND)));
    assertThat(there).isLessThan(difference(picture, scene(number + FRAMES_PER_SECOND)));
  }

  private static BufferedImage scene(int number) {
    return SCENE.frame(Math.floorMod(number, 120)).picture();
  }

  /** Of the green levels, in the mean. */
  private static double difference(BufferedImage a, BufferedImage b) {
    long sum = 0;
    for (int y = 0; y < a.getHeight(); y++) {
      for (int x = 0; x < a.getWidth(); x++) {
        sum += Math.abs((a.getRGB(x, y) >> 8 & 255) - (b.getRGB(x, y) >> 8 & 255));
      }
    }
    return (double) sum / a.getWidth() / a.getHeight();
  }

  /** Two pictures a second. */
  private static List<BufferedImage> play(Path file) throws IOException {
    CameraConfig camera = CameraConfig.of("file", CameraUrl.of(new Secret(file.toString())));
    List<BufferedImage> pictures = new ArrayList<>();
    GateProbe.watch(
        camera,
        Duration.ofMinutes(1),
        look -> {
          try {
            pictures.add(ImageIO.read(new ByteArrayInputStream(look.jpeg())));
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
    return pictures;
  }

  private static Evidence answer(Broker broker, String id) {
    Evidence evidence =
        Wait.until(
            "evidence " + id,
            LIMIT,
            () ->
                broker.read(Topic.EVIDENCE, Evidence.class).stream()
                    .filter(answer -> answer.getId().equals(id))
                    .findFirst()
                    .orElse(null));
    assertThat(evidence.getOutcome()).as(evidence.getDetail()).isEqualTo(EvidenceOutcome.STORED);
    return evidence;
  }

  private static void unreadableRequest(Broker broker, String metrics) throws Exception {
    byte[] garbage = "no request".getBytes(StandardCharsets.UTF_8);
    String requests = broker.settings().name(Topic.EVIDENCE_REQUESTS);
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(
            broker
                .settings()
                .producer(
                    "test", Map.of("value.serializer", ByteArraySerializer.class.getName())))) {
      producer.send(new ProducerRecord<>(requests, "gate", garbage)).get();
    }
    List<DeadLetter> letters =
        Wait.until(
            "the dead letter",
            LIMIT,
            () -> {
              List<DeadLetter> all =
                  broker.read(Topic.EVIDENCE_REQUESTS_DEAD_LETTER, DeadLetter.class);
              return all.isEmpty() ? null : all;
            });
    assertThat(letters).hasSize(1);
    assertThat(letters.getFirst().getTopic()).isEqualTo(requests);
    assertThat(letters.getFirst().getService()).isEqualTo("ingest");
    assertThat(letters.getFirst().getValue().array()).isEqualTo(garbage);
    assertThat(Metrics.scrape(metrics).sum("watchword_ingest_dead_letters_total")).isEqualTo(1);
  }

  private static void send(Broker broker, EvidenceRequest... requests) throws Exception {
    try (KafkaProducer<String, Object> producer =
        new KafkaProducer<>(broker.settings().producer("test", Map.of()))) {
      for (EvidenceRequest request : requests) {
        producer
            .send(
                new ProducerRecord<>(
                    broker.settings().name(Topic.EVIDENCE_REQUESTS), request.getCamera(), request))
            .get();
      }
    }
  }

  /** Whether a segment that is being written has more than its head. */
  private boolean fragment() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("data/storage/recordings"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("."))
          .anyMatch(file -> file.toFile().length() > HEAD_BYTES);
    }
  }

  private static List<Segment> segments(Broker broker) throws Exception {
    return broker.read(Topic.RECORDINGS, Segment.class);
  }

  private WatchwordProcess ingest(Path config) throws Exception {
    return WatchwordProcess.start(
        directory, "ingest", "-c", config.toString(), "--operations-port", "0");
  }
}
