package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.BoundingBox;
import dev.watchword.schemas.Evidence;
import dev.watchword.schemas.EvidenceKind;
import dev.watchword.schemas.EvidenceOutcome;
import dev.watchword.schemas.EvidenceRequest;
import dev.watchword.schemas.MarkedBox;
import dev.watchword.service.HealthLog;
import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.SceneClip;
import dev.watchword.storage.FileObjectStore;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvidenceIT {
  private static final String TOPIC = "watchword.evidence-requests";
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir static Path shared;
  @TempDir Path storage;
  private static Path clip;

  private final Map<String, EvidenceRequest> requests = new HashMap<>();
  private final List<Evidence> answers = new ArrayList<>();
  private final List<String> unreadable = new ArrayList<>();
  private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
  private Instant now = START.plusSeconds(12);
  private PacketRing ring = new PacketRing(EvidenceConfig.DEFAULT);
  private CameraConfig camera;
  private EvidenceLoop loop;
  private long offset;

  @BeforeAll
  static void draw() throws IOException {
    // Twelve seconds; a key frame each 1.5 s.
    clip = SceneClip.cached(shared, new DrawnScene(5, 640, 480, 10, 120));
  }

  @AfterEach
  void close() {
    if (loop != null) {
      loop.close();
    }
    ring.close();
  }

  @Test
  void storesTheFrameOfAMomentAtFullSize() throws Exception {
    play();
    ask(
        new EvidenceRequest(
            "r1", "gate", EvidenceKind.PICTURE, START.plusMillis(4730), 0L, 0L, List.of()));

    Evidence evidence = answers.get(0);
    assertThat(evidence.getOutcome()).isEqualTo(EvidenceOutcome.STORED);
    assertThat(evidence.getName()).isEqualTo("evidence/gate/2026-03-01/r1.jpg");
    assertThat(evidence.getStart()).isEqualTo(START.plusMillis(4700));
    assertThat(evidence.getWidth()).isEqualTo(640);
    BufferedImage image = ImageIO.read(storage.resolve(evidence.getName()).toFile());
    assertThat(image.getHeight()).isEqualTo(480).isEqualTo(evidence.getHeight());
    assertThat(Files.size(storage.resolve(evidence.getName()))).isEqualTo(evidence.getBytes());
    assertThat(difference(image, new DrawnScene(5, 640, 480, 10, 120).frame(47).picture()))
        .as("mean difference of the green levels from what was drawn")
        .isLessThan(4);
  }

  @Test
  void storesThePictureAsItIsAndOnceMoreWithBoxes() throws Exception {
    play();
    MarkedBox box = new MarkedBox("car", new BoundingBox(0.25f, 0.25f, 0.75f, 0.75f), 0.9f);
    Instant moment = START.plusMillis(4700);
    ask(new EvidenceRequest("plain", "gate", EvidenceKind.PICTURE, moment, 0L, 0L, List.of()));
    ask(new EvidenceRequest("both", "gate", EvidenceKind.PICTURE, moment, 0L, 0L, List.of(box)));

    Evidence evidence = answers.get(1);
    assertThat(answers.get(0).getNameWithBoxes()).isNull();
    assertThat(evidence.getNameWithBoxes()).isEqualTo("evidence/gate/2026-03-01/both.boxes.jpg");
    Path drawn = storage.resolve(evidence.getNameWithBoxes());
    assertThat(evidence.getUriWithBoxes()).isEqualTo(drawn.toUri().toString());
    assertThat(evidence.getUri()).isEqualTo(storage.resolve(evidence.getName()).toUri().toString());
    assertThat(storage.resolve(evidence.getName()))
        .hasSameBinaryContentAs(storage.resolve(answers.get(0).getName()));
    BufferedImage plain = ImageIO.read(storage.resolve(evidence.getName()).toFile());
    BufferedImage boxes = ImageIO.read(drawn.toFile());
    assertThat(List.of(boxes.getWidth(), boxes.getHeight())).containsExactly(640, 480);
    assertThat(colourDifference(plain, boxes, 160, 240)).as("on the box's edge").isGreaterThan(60);
    assertThat(colourDifference(plain, boxes, 320, 240)).as("within the box").isLessThan(25);
  }

  @Test
  void thePictureIsThereAlsoWhereTheOneWithBoxesCannotBe() throws Exception {
    play();
    Files.createDirectories(storage.resolve("evidence/gate/2026-03-01/both.boxes.jpg/in-the-way"));
    MarkedBox box = new MarkedBox("car", new BoundingBox(0.25f, 0.25f, 0.75f, 0.75f), 0.9f);
    Instant moment = START.plusMillis(4700);
    ask(new EvidenceRequest("both", "gate", EvidenceKind.PICTURE, moment, 0L, 0L, List.of(box)));

    Evidence evidence = answers.get(0);
    assertThat(evidence.getOutcome()).isEqualTo(EvidenceOutcome.STORED);
    assertThat(storage.resolve(evidence.getName())).isRegularFile();
    assertThat(evidence.getNameWithBoxes()).isNull();
    assertThat(evidence.getDetail()).startsWith("no picture with boxes: ");
  }

  @Test
  void storesAClipWithoutEncodingIt() throws Exception {
    play();
    ask(
        new EvidenceRequest(
            "c1",
            "gate",
            EvidenceKind.CLIP,
            START.plusSeconds(5),
            1_000_000L,
            2_000_000L,
            List.of()));

    Evidence evidence = answers.get(0);
    assertThat(evidence.getOutcome()).isEqualTo(EvidenceOutcome.STORED);
    assertThat(evidence.getName()).isEqualTo("evidence/gate/2026-03-01/c1.mp4");
    // It begins with the key frame before.
    assertThat(evidence.getStart()).isEqualTo(START.plusMillis(3000));
    assertThat(evidence.getEnd()).isEqualTo(START.plusMillis(7000));
    Path file = storage.resolve(evidence.getName());
    List<String> there =
        DecodeModesIT.play(file, 100, DecodeMode.EAGER).sampled().stream()
            .map(DecodeModesIT.Seen::pixels)
            .toList();
    assertThat(there)
        .isEqualTo(
            DecodeModesIT.play(clip, 100, DecodeMode.EAGER).sampled().stream()
                .map(DecodeModesIT.Seen::pixels)
                .toList()
                .subList(30, 71));
  }

  @Test
  void saysThatAMomentIsNotKept() throws Exception {
    ring.close();
    ring = new PacketRing(new EvidenceConfig(Duration.ofSeconds(3), 32L << 20));
    play();
    ask(
        new EvidenceRequest(
            "r1", "gate", EvidenceKind.PICTURE, START.plusSeconds(2), 0L, 0L, List.of()));
    ask(
        new EvidenceRequest(
            "r2", "gate", EvidenceKind.PICTURE, START.plusSeconds(11), 0L, 0L, List.of()));

    assertThat(answers)
        .extracting(Evidence::getOutcome)
        .containsExactly(EvidenceOutcome.NOT_KEPT, EvidenceOutcome.STORED);
    assertThat(answers.get(0).getName()).isNull();
    assertThat(answers.get(0).getDetail()).contains("not kept");
  }

  @Test
  void waitsForWhatIsStillToComeButNotForEver() throws Exception {
    play();
    now = START.plusSeconds(12);
    ask(
        new EvidenceRequest(
            "c1", "gate", EvidenceKind.CLIP, START.plusSeconds(11), 0L, 3_000_000L, List.of()));
    assertThat(answers).isEmpty();

    now = START.plusSeconds(14).plus(EvidenceLoop.PATIENCE);
    loop.step();
    assertThat(answers).extracting(Evidence::getEnd).containsExactly(START.plusMillis(11_900));
  }

  @Test
  void leavesRequestsForOtherCamerasAloneAndSetsUnreadableOnesAside() throws Exception {
    play();
    ask(new EvidenceRequest("r1", "yard", EvidenceKind.PICTURE, START, 0L, 0L, List.of()));
    add("garbage");
    loop.step();
    ask(new EvidenceRequest("../r", "gate", EvidenceKind.PICTURE, START, 0L, 0L, List.of()));

    assertThat(answers).extracting(Evidence::getOutcome).containsExactly(EvidenceOutcome.FAILED);
    assertThat(storage).isEmptyDirectory();
    assertThat(unreadable).containsExactly("garbage: not a request");
  }

  @Test
  void theRingIsBoundedInBytes() throws Exception {
    ring.close();
    ring = new PacketRing(new EvidenceConfig(Duration.ofSeconds(30), 200_000));
    play();
    assertThat(ring.bytes()).isBetween(1L, 200_000L);
  }

  private void play() throws Exception {
    camera = Clips.camera("gate", clip.toString());
    Clock clock = Clock.fixed(START, ZoneOffset.UTC);
    try (FrameSource source =
        FfmpegSource.opener(clock, (time, stop) -> {}).open(camera, new StopSignal())) {
      source.tappedBy(ring, "session");
      while (true) {
        source.next();
      }
    } catch (SourceFailure end) {
      assertThat(end.kind()).isEqualTo(dev.watchword.schemas.CameraCause.ENDED);
    }
  }

  private void ask(EvidenceRequest request) throws InterruptedException {
    if (loop == null) {
      loop = loop();
    }
    requests.put(request.getId(), request);
    add(request.getId());
    loop.step();
  }

  private void add(String value) {
    consumer.addRecord(
        new ConsumerRecord<>(TOPIC, 0, offset++, "gate", value.getBytes(StandardCharsets.UTF_8)));
  }

  private EvidenceLoop loop() {
    TopicPartition partition = new TopicPartition(TOPIC, 0);
    Node node = new Node(0, "localhost", 1);
    consumer.updatePartitions(
        TOPIC, List.of(new PartitionInfo(TOPIC, 0, node, new Node[0], new Node[0])));
    consumer.updateEndOffsets(Map.of(partition, 0L));
    consumer.updateBeginningOffsets(Map.of(partition, 0L));
    Deserializer<Object> decoder =
        (topic, bytes) -> {
          EvidenceRequest request = requests.get(new String(bytes, StandardCharsets.UTF_8));
          if (request == null) {
            throw new SerializationException("not a request");
          }
          return request;
        };
    return new EvidenceLoop(
        consumer,
        RecordDecoder.with(decoder),
        TOPIC,
        Map.of("gate", new EvidenceLoop.Source(camera, ring)),
        new EvidenceMaker(new FileObjectStore(storage)),
        answers::add,
        (record, reason) ->
            unreadable.add(new String(record.value(), StandardCharsets.UTF_8) + ": " + reason),
        new Clock() {
          @Override
          public Instant instant() {
            return now;
          }

          @Override
          public java.time.ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(java.time.ZoneId zone) {
            return this;
          }
        },
        new HealthLog("evidence"));
  }

  private static int colourDifference(BufferedImage a, BufferedImage b, int x, int y) {
    int most = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      int difference = (a.getRGB(x, y) >> shift & 255) - (b.getRGB(x, y) >> shift & 255);
      most = Math.max(most, Math.abs(difference));
    }
    return most;
  }

  private static double difference(BufferedImage a, BufferedImage b) {
    long sum = 0;
    for (int y = 0; y < a.getHeight(); y++) {
      for (int x = 0; x < a.getWidth(); x++) {
        sum += Math.abs((a.getRGB(x, y) >> 8 & 255) - (b.getRGB(x, y) >> 8 & 255));
      }
    }
    return (double) sum / a.getWidth() / a.getHeight();
  }
}
