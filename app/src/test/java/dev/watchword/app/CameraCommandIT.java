package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.ingest.IngestConfig;
import dev.watchword.ingest.IngestService;
import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.Topic;
import dev.watchword.service.Health;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.LatestRecords;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.SceneClip;
import dev.watchword.storage.StorageConfig;
import io.prometheus.client.CollectorRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cameras made, changed and removed under a running ingest service. */
class CameraCommandIT {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir private Path directory;
  private final List<Throwable> bugs = new CopyOnWriteArrayList<>();
  private TestBroker broker;
  private RtspServer cameras;
  private Path file;

  @BeforeEach
  void start() throws Exception {
    Path clip = SceneClip.cached(directory, new DrawnScene(3, 320, 240, 10, 100));
    broker = new TestBroker(directory);
    cameras = new RtspServer(0);
    cameras.mount("one", clip);
    cameras.mount("two", clip);
    file = directory.resolve("watchword.yaml");
    write("cameras: {gate: {url: '%s', sample: 2/s}}".formatted(cameras.url("one")));
  }

  @AfterEach
  void stop() throws Exception {
    cameras.close();
    broker.close();
    assertThat(bugs).isEmpty();
  }

  @Test
  void camerasComeChangeAndGoWithoutTouchingOthers() throws Exception {
    CollectorRegistry metrics = new CollectorRegistry();
    try (IngestService ingest = ingest(metrics)) {
      awaitHealth(ingest, "1 of 1 cameras live");

      camera("add", "yard", cameras.url("two"), "--set", "sample=1/s");
      awaitHealth(ingest, "2 of 2 cameras live");
      camera("change", "yard", "--set", "sample=5/s", "--set", "picture=160");
      TestBroker.await("a new session", LIMIT, () -> sessions(metrics, "yard") == 2);
      awaitHealth(ingest, "2 of 2 cameras live");
      assertThat(camera("list").out())
          .containsPattern("gate +LIVE +file +rtsp://127.0.0.1:\\d+/one sample=2/s")
          .containsPattern(
              "yard +LIVE +run time +rtsp://127.0.0.1:\\d+/two picture=160 sample=5/s");

      camera("remove", "yard");
      awaitHealth(ingest, "1 of 1 cameras live");
      assertThat(camera("list").out()).doesNotContain("yard");
      TestBroker.await("its last state", LIMIT, () -> detail("yard").equals("removed"));
      assertThat(sessions(metrics, "gate")).isEqualTo(1);
      assertThat(cameras.watching("two")).isZero();
    }
  }

  @Test
  void whatWasMadeWhileRunningSurvivesTheFile() throws Exception {
    try (IngestService ingest = ingest(new CollectorRegistry())) {
      awaitHealth(ingest, "1 of 1 cameras live");
      camera("change", "gate", "--set", "sample=7/s");
      camera("add", "yard", cameras.url("two"));
      awaitHealth(ingest, "2 of 2 cameras live");
    }
    write(
        "cameras: {gate: {url: '%s'}, door: {url: '%s'}}"
            .formatted(cameras.url("one"), cameras.url("one")));
    try (IngestService ingest = ingest(new CollectorRegistry())) {
      awaitHealth(ingest, "3 of 3 cameras live");
      assertThat(camera("list").out())
          .containsPattern("gate .* run time .* sample=7/s")
          .containsPattern("door .* file ");
    }
    write("cameras: {gate: {url: '%s'}}".formatted(cameras.url("one")));
    try (IngestService ingest = ingest(new CollectorRegistry())) {
      awaitHealth(ingest, "2 of 2 cameras live");
      assertThat(camera("list").out()).doesNotContain("door").contains("yard");
    }
  }

  @Test
  void refusesWhatCannotBeRunAndKeepsSecretsOffTheTopic() throws Exception {
    assertThat(run("add", "yard", "rtsp://admin:s3cret@10.0.0.7/x").err())
        .contains("camera yard: url: holds a password")
        .doesNotContain("s3cret");
    assertThat(run("add", "yard", "gopher://10.0.0.7/x").err()).contains("scheme is not allowed");
    assertThat(run("add", "yard", "rtsp://h/x", "--set", "sampel=1/s").err())
        .contains("did you mean 'sample'?");
    assertThat(run("add", "Yard", "rtsp://h/x").err()).contains("lower-case");
    assertThat(run("change", "yard", "--set", "sample=1/s").err()).contains("there is no camera");
    assertThat(run("add", "yard", "rtsp://a:${env:NO_SUCH_VARIABLE}@h/x").exitCode()).isZero();

    try (IngestService ingest = ingest(new CollectorRegistry())) {
      awaitHealth(ingest, "1 of 1 cameras live");
      TestBroker.await(
          "the refusal", LIMIT, () -> detail("yard").contains("NO_SUCH_VARIABLE is not set"));
    }
  }

  @Test
  void aSecretInTheFileStaysInTheFile() throws Exception {
    write(
        "cameras: {gate: {url: '%s'}}"
            .formatted(cameras.url("one").replace("rtsp://", "rtsp://admin:s3cret@")));
    try (IngestService ingest = ingest(new CollectorRegistry())) {
      awaitHealth(ingest, "1 of 1 cameras live");
      assertThat(camera("list").out()).contains("${config:url}").doesNotContain("s3cret");
    }
  }

  private IngestService ingest(CollectorRegistry metrics) {
    KafkaSettings kafka = broker.settings("", metrics);
    IngestService ingest =
        new IngestService(
            new ServiceContext(kafka, metrics, Clock.systemUTC(), bugs::add),
            IngestConfig.from(
                ConfigFile.read(file), new StorageConfig.Directory(directory.resolve("storage"))));
    ingest.start();
    return ingest;
  }

  private void write(String cameraLines) throws Exception {
    broker.config(file, "data: '%s'%n%s".formatted(directory, cameraLines));
  }

  private static void awaitHealth(IngestService ingest, String cameras) {
    TestBroker.await(cameras, LIMIT, () -> ingest.health().equals(Health.up(cameras)));
  }

  private CommandLineRun camera(String... arguments) {
    CommandLineRun run = run(arguments);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return run;
  }

  private CommandLineRun run(String... arguments) {
    return CommandLineRun.of(file, "camera", arguments);
  }

  private String detail(String camera) {
    try {
      CameraStatus status =
          LatestRecords.read(
                  broker.settings("", new CollectorRegistry()),
                  Topic.CAMERA_STATUS,
                  CameraStatus.class)
              .get(camera);
      return status == null ? "" : status.getDetail();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static double sessions(CollectorRegistry metrics, String camera) {
    Double sessions =
        metrics.getSampleValue(
            "watchword_ingest_sessions_total", new String[] {"camera"}, new String[] {camera});
    return sessions == null ? 0 : sessions;
  }
}
