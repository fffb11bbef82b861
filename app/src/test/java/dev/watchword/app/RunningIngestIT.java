package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.ingest.IngestService;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.Prompt;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.Topic;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.SceneClip;
import dev.watchword.simulator.Setting;
import io.prometheus.client.CollectorRegistry;
import java.awt.image.BufferedImage;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An ingest service with one camera on a real broker, and what is asked of it. */
class RunningIngestIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir private static Path directory;
  private static TestBroker broker;
  private static RtspServer cameras;
  private static Path file;

  @BeforeAll
  static void start() throws Exception {
    broker = new TestBroker(directory);
    cameras = new RtspServer(0);
    cameras.mount(
        "gate", SceneClip.cached(directory, new DrawnScene(Setting.YARD, 5, 320, 240, 10, 60)));
    file =
        Files.writeString(
            directory.resolve("watchword.yaml"),
            """
            kafka: {bootstrap.servers: '%s'}
            registry: {url: '%s'}
            cameras: {gate: {url: '%s'}}
            prompts: {people: {text: detect person}}
            data: '%s'
            """
                .formatted(
                    broker.address(),
                    broker.registryUrl(),
                    cameras.url("gate"),
                    directory.resolve("data")));
  }

  @AfterAll
  static void stop() throws Exception {
    cameras.close();
    broker.close();
  }

  private static IngestService ingest(List<Throwable> bugs) {
    CollectorRegistry metrics = new CollectorRegistry();
    WatchwordConfig config = WatchwordConfig.from(ConfigFile.read(file), metrics);
    IngestService service =
        new IngestService(
            new ServiceContext(config.kafka(), metrics, Clock.systemUTC(), bugs::add),
            config.ingest());
    service.start();
    return service;
  }

  private static List<SampledFrame> frames() {
    try {
      return broker.read(Topic.FRAMES, SampledFrame.class);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void send(Topic topic, Object... records) throws Exception {
    KafkaSettings kafka = broker.settings("", new CollectorRegistry());
    try (KafkaProducer<String, Object> producer =
        new KafkaProducer<>(kafka.producer("test", Map.of()))) {
      for (Object record : records) {
        producer.send(new ProducerRecord<>(kafka.name(topic), "gate", record)).get();
      }
    }
  }

  @Test
  void evidenceHasTheBoxesOfTheFrameAndAServiceThatEndsLeavesItsGroupAtOnce() throws Exception {
    List<Throwable> bugs = new ArrayList<>();
    try (IngestService service = ingest(bugs);
        Admin admin = admin()) {
      TestBroker.await("some frames", LIMIT, () -> frames().size() >= 4);
      TestBroker.await("evidence", LIMIT, () -> service.health().ok());
      SampledFrame frame = frames().get(2);
      FrameDetections seen =
          FrameDetections.newBuilder(Frames.seen("gate", "people", 0, "person"))
              .setId(frame.getId())
              .setCapturedAt(frame.getCapturedAt())
              .build();
      send(Topic.DETECTIONS, seen);

      CommandLineRun run =
          CommandLineRun.of(
              "evidence",
              "gate",
              "--at",
              frame.getCapturedAt().plusMillis(100).toString(),
              "--boxes",
              "-c",
              file.toString());

      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(run.line("captured")).endsWith(frame.getCapturedAt().toString());
      BufferedImage plain = picture(run.line("picture"));
      BufferedImage boxes = picture(run.line("with boxes"));
      assertThat(boxes.getWidth()).isEqualTo(plain.getWidth()).isEqualTo(320);
      assertThat(difference(plain, boxes, 80)).as("at the box's left edge").isGreaterThan(60);
      assertThat(difference(plain, boxes, 20)).as("elsewhere").isLessThan(40);
      assertThat(members(admin)).isEqualTo(1);

      service.close();

      // Well before its session of 10 s would have timed out.
      TestBroker.await("the empty group", Duration.ofSeconds(3), () -> members(admin) == 0);
      assertThat(bugs).isEmpty();
    }
  }

  @Test
  void evidenceSaysWhatIsMissing() {
    assertThat(evidence("--boxes", "--clip").err()).contains("leave out --clip or --boxes");
    assertThat(evidence("--clip", "--before", "soon").err())
        .contains("--before: expected a duration");
    assertThat(evidence("--at", "2026-03-01T12:00:00Z", "--boxes", "--prompt", "none").err())
        .contains("no frame of gate within 5 s of 2026-03-01T12:00:00Z was looked at")
        .contains("leave out --boxes");
  }

  private static CommandLineRun evidence(String... options) {
    List<String> all = new ArrayList<>(List.of("evidence", "gate", "-c", file.toString()));
    all.addAll(List.of(options));
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  @Test
  void promptListShowsWhatEachPromptCosts() throws Exception {
    String version = dev.watchword.schemas.Ids.promptVersion("detect person with a dog");
    send(
        Topic.PROMPTS,
        Prompt.newBuilder()
            .setId("trial")
            .setText("detect person with a dog")
            .setCameras(List.of())
            .setEffectiveFrom(Frames.START)
            .setShadow(true)
            .setChangedAt(Frames.START)
            .build());
    for (int i = 0; i < 2; i++) {
      send(
          Topic.DETECTIONS,
          FrameDetections.newBuilder(Frames.seen("cost", "trial", i))
              .setId(new FrameId("cost", "session", (long) i))
              .setPromptVersion(version)
              .setShadow(true)
              .setBusyMicros(12_000 + 1000 * i)
              .build());
    }

    CommandLineRun run = CommandLineRun.of("prompt", "list", "-c", file.toString());

    assertThat(run.line("prompt ")).contains("ms/frame").contains("frames");
    assertThat(run.line("trial"))
        .containsPattern("trial +" + version + " +12\\.5 +2 .*\\(shadow\\) detect person with");
    assertThat(run.line("shadow prompts")).contains("100 % of the model's time");
  }

  private static Admin admin() {
    return Admin.create(broker.settings("", new CollectorRegistry()).admin("test"));
  }

  private static int members(Admin admin) {
    String group = broker.settings("", new CollectorRegistry()).group("ingest");
    try {
      return admin
          .describeConsumerGroups(List.of(group))
          .describedGroups()
          .get(group)
          .get()
          .members()
          .size();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static BufferedImage picture(String line) throws Exception {
    return ImageIO.read(URI.create(line.substring(line.indexOf("file:"))).toURL());
  }

  /** The most by which a colour differs around a column of the middle row. */
  private static int difference(BufferedImage a, BufferedImage b, int column) {
    int most = 0;
    for (int x = column - 2; x <= column + 2; x++) {
      for (int shift = 0; shift <= 16; shift += 8) {
        int difference = (a.getRGB(x, 120) >> shift & 255) - (b.getRGB(x, 120) >> shift & 255);
        most = Math.max(most, Math.abs(difference));
      }
    }
    return most;
  }
}
