package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.watchword.ingest.IngestConfig.OutboxConfig;
import dev.watchword.ingest.coverage.LeftCoverage;
import dev.watchword.schemas.Camera;
import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.Coverage;
import dev.watchword.service.Health;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.storage.StorageConfig;
import io.prometheus.client.CollectorRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IngestServiceTest {
  @TempDir Path storage;
  private final Topics topics = new Topics(true);
  private final List<Throwable> bugs = new CopyOnWriteArrayList<>();
  private final CollectorRegistry registry = new CollectorRegistry();
  private Optional<OutboxConfig> outbox = Optional.empty();
  private IngestService service;

  @AfterEach
  void close() {
    service.close();
  }

  @Test
  void isHealthyWhenACameraIsNot() {
    start("gate", "dead", "film");
    Watch.await(() -> service.health().detail().equals("1 of 3 cameras live, 1 ended"));

    assertThat(service.health().ok()).isTrue();
    assertThat(service.name()).isEqualTo("ingest");
  }

  @Test
  void isHealthyWhenNoCameraIsLive() {
    start("dead");
    Watch.await(() -> topics.states().contains("WAITING REFUSED"));

    assertThat(service.health()).isEqualTo(Health.up("0 of 1 cameras live"));
  }

  @Test
  void isNotHealthyWithoutABroker() {
    topics.producer.sendException = new TimeoutException("no metadata");
    start("gate");
    Watch.await(
        () ->
            service
                .health()
                .detail()
                .startsWith("the Kafka broker does not take frames: no metadata; "));

    assertThat(service.health().ok()).isFalse();
  }

  @Test
  void hasNothingInFlightAfterItHasClosed() {
    start("gate", "film");
    Watch.await(() -> topics.states().contains("ENDED ENDED"));
    service.close();
    service.close();

    assertThat(topics.producer.closed()).isTrue();
    assertThat(bugs).isEmpty();
    assertThat(topics.states()).contains("STOPPED NONE");
  }

  @Test
  void keepsTheCoverageThatItCouldNotTell() throws Exception {
    outbox = Optional.of(new OutboxConfig(storage.resolve("outbox"), 64 << 20));
    topics.producer.sendException = new TimeoutException("no metadata");
    start("gate");
    Watch.await(() -> captured("gate") > 0);
    service.close();

    LeftCoverage left = new LeftCoverage(storage.resolve("outbox").resolve("coverage"));
    assertThat(left.files())
        .singleElement()
        .satisfies(
            file ->
                assertThat(left.read(file))
                    .extracting(Coverage::getCamera, Coverage::getClosed)
                    .contains(tuple("gate", true)));
  }

  private double captured(String camera) {
    Double value =
        registry.getSampleValue(
            "watchword_ingest_frames_captured_total",
            new String[] {"camera"},
            new String[] {camera});
    return value == null ? 0 : value;
  }

  /** {@code gate} plays for ever, {@code film} is a recording, any other camera is away. */
  private void start(String... cameras) {
    ScriptedCamera gate = new ScriptedCamera().plays(Integer.MAX_VALUE, CameraCause.STALLED);
    ScriptedCamera film = new ScriptedCamera().playsRecording(12);
    FrameSource.Opener opener =
        (camera, stop) -> {
          switch (camera.id()) {
            case "gate":
              return gate.open(camera, stop);
            case "film":
              return film.open(camera, stop);
            default:
              throw new SourceFailure(CameraCause.REFUSED, "nothing listens");
          }
        };
    ServiceContext context =
        new ServiceContext(
            KafkaSettings.from(
                ConfigFile.parse("c.yaml", "kafka: {}", name -> null), new CollectorRegistry()),
            registry,
            Clock.systemUTC(),
            bugs::add);
    List<Camera> entries =
        Stream.of(cameras)
            .map(id -> CameraRecords.running(id, "rtsp://10.0.0.7/x", Map.of(), Instant.EPOCH))
            .toList();
    service =
        new IngestService(
            context,
            new IngestConfig(
                List.of(),
                List.of(),
                "test",
                outbox,
                storage,
                new StorageConfig.Directory(storage)),
            () -> topics.producer,
            opener,
            Pause.real(),
            (roster, health) -> new FixedPlacement(entries, roster, health));
    service.start();
  }
}
