package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.Camera;
import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.RecordingCause;
import dev.watchword.schemas.RecordingState;
import dev.watchword.schemas.Segment;
import dev.watchword.service.Health;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.config.Section;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.SceneClip;
import dev.watchword.storage.StorageConfig;
import io.prometheus.client.CollectorRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole service, with the broker's place taken. */
@Timeout(60)
class RecordedCameraIT {
  @TempDir Path directory;

  private Health lastHealth;
  private final Topics topics = new Topics(true);
  private final List<Throwable> bugs = new CopyOnWriteArrayList<>();

  @Test
  void indexesWhatItRecords() throws Exception {
    List<Segment> segments = play("recording: {segment: 2s, keep-free: 0B}", false);

    assertThat(segments).extracting(Segment::getFrames).containsExactly(30, 10);
    assertThat(segments).extracting(Segment::getCamera).containsOnly("gate");
    assertThat(segments.get(0).getSession()).isEqualTo(topics.frames().get(0).getId().getSession());
    assertThat(segments.get(0).getStart()).isEqualTo(topics.frames().get(0).getCapturedAt());
    for (Segment segment : segments) {
      assertThat(directory.resolve("storage").resolve(segment.getName())).isRegularFile();
    }
  }

  @Test
  void aDiskWithoutRoomCostsNoFrames() throws Exception {
    Files.writeString(directory.resolve("storage"), "in the way");

    assertThat(play("recording: {segment: 2s}", true)).isEmpty();

    assertThat(topics.frames()).hasSize(8);
    assertThat(lastHealth.ok()).isTrue();
    assertThat(lastHealth.degraded()).isTrue();
    assertThat(lastHealth.detail()).contains("not recorded: gate: ");
    CameraStatus told = topics.statuses().getLast();
    assertThat(told.getRecording()).isEqualTo(RecordingState.DEGRADED);
    assertThat(told.getRecordingCause()).isEqualTo(RecordingCause.STORAGE_FAILED);
  }

  private List<Segment> play(String recording, boolean fails) throws Exception {
    Path clip = SceneClip.cached(directory, new DrawnScene(5, 160, 120, 10, 40));
    Section file =
        ConfigFile.parse(
            "c.yaml", "cameras: {gate: {url: \"" + clip + "\", " + recording + "}}", name -> null);
    CollectorRegistry registry = new CollectorRegistry();
    ServiceContext context =
        new ServiceContext(
            KafkaSettings.from(file, registry), registry, Clock.systemUTC(), bugs::add);
    Pause none = (time, stop) -> {};
    IngestConfig config =
        IngestConfig.from(file, new StorageConfig.Directory(directory.resolve("storage")));
    List<Camera> cameras =
        config.entries().stream()
            .map(entry -> CameraRecords.seed(entry.id(), entry.written(), "test", Instant.EPOCH))
            .toList();
    try (IngestService service =
        new IngestService(
            context,
            config,
            () -> topics.producer,
            FfmpegSource.opener(Clock.systemUTC(), none),
            Pause.real(),
            (roster, health) -> new FixedPlacement(cameras, roster, health))) {
      service.start();
      // The camera's end is told again when the recorder has come to its trouble.
      Watch.await(
          () ->
              topics.states().contains("ENDED ENDED")
                  && topics.statuses().getLast().getRecording()
                      == (fails ? RecordingState.DEGRADED : RecordingState.RECORDING));
      lastHealth = service.health();
    }
    assertThat(bugs).isEmpty();
    return topics.producer.history().stream()
        .filter(record -> record.topic().equals("watchword.recordings"))
        .map(record -> (Segment) record.value())
        .toList();
  }
}
