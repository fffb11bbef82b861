package dev.watchword.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.ModelId;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.StageTimings;
import dev.watchword.schemas.Task;
import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.TopicSetup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archive that is killed again and again while detections come in. */
class ArchiveKillST {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int LIVES = 2;
  private static final int CAMERAS = 5;

  @TempDir private Path directory;

  @Test
  void keepsEachRecordOnceHoweverOftenItIsKilled() throws Exception {
    try (Broker broker = Broker.start(directory)) {
      KafkaSettings kafka = broker.settings();
      TopicSetup.createMissing(kafka);
      Path storage = directory.resolve("storage");
      Path config =
          Files.writeString(
              directory.resolve("watchword.yaml"),
              broker.yaml()
                  + """
                  cameras: {gate: {url: "rtsp://127.0.0.1:9/none"}}
                  prompts: {people: {text: detect person}}
                  archive: {roll-every: 1s, roll-records: 40}
                  storage: {url: "file:%s"}
                  """
                      .formatted(storage));

      AtomicLong sent = new AtomicLong();
      try (Source source = new Source(kafka, sent)) {
        Random random = new Random(5);
        for (int life = 0; life < LIVES; life++) {
          try (WatchwordProcess archive = archive(config)) {
            String metrics = metrics(archive);
            Wait.until("files of life " + life, LIMIT, () -> files(metrics) > 0 ? true : null);
            long end = sent.get() + random.nextInt(100);
            Wait.until("record " + end, LIMIT, () -> sent.get() >= end ? true : null);
            archive.kill();
          }
        }
        source.finish();
      }
      try (WatchwordProcess archive = archive(config)) {
        Wait.until("the rest", LIMIT, () -> rows(storage) >= sent.get() ? true : null);
        archive.stop(Duration.ofSeconds(10));
      }

      assertThat(sent.get()).isGreaterThan(300);
      assertThat(ArchivedRows.number(storage, "select count(*) from detections"))
          .isEqualTo(sent.get());
      assertThat(
              ArchivedRows.number(
                  storage,
                  "select count(*) from (select distinct kafka_partition, kafka_offset from detections)"))
          .isEqualTo(sent.get());
      assertThat(ArchivedRows.number(storage, "select count(distinct camera) from detections"))
          .isEqualTo(CAMERAS);
    }
  }

  /** A hundred records a second, each acknowledged before it counts. */
  private static final class Source implements AutoCloseable {
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final KafkaProducer<String, Object> producer;
    private final ScheduledFuture<?> sending;

    Source(KafkaSettings kafka, AtomicLong sent) {
      producer = new KafkaProducer<>(kafka.producer("test", Map.of()));
      String topic = kafka.name(Topic.DETECTIONS);
      sending = thread.scheduleAtFixedRate(() -> send(topic, sent), 0, 10, TimeUnit.MILLISECONDS);
    }

    private void send(String topic, AtomicLong sent) {
      String camera = "camera-" + sent.get() % CAMERAS;
      try {
        producer.send(new ProducerRecord<>(topic, camera, empty(camera, sent.get()))).get();
      } catch (InterruptedException | ExecutionException e) {
        throw new IllegalStateException(e);
      }
      sent.incrementAndGet();
    }

    /** Fails when a record could not be sent. */
    void finish() throws Exception {
      if (sending.isDone()) {
        sending.get();
      }
    }

    @Override
    public void close() {
      thread.close();
      producer.close();
    }
  }

  private static FrameDetections empty(String camera, long sequence) {
    return FrameDetections.newBuilder()
        .setId(new FrameId(camera, "session", sequence))
        .setCapturedAt(Instant.EPOCH.plusSeconds(sequence))
        .setClock(CaptureClock.RTCP)
        .setCompletedAt(Instant.EPOCH.plusSeconds(sequence))
        .setSourceWidth(640)
        .setSourceHeight(480)
        .setPromptId("people")
        .setPromptVersion("0123abcd")
        .setTask(Task.DETECT)
        .setModel(new ModelId("demo", "r1", "OnnxRuntime", "float32"))
        .setOutcome(Outcome.INFERRED)
        .setDetections(List.of())
        .setText("")
        .setTokens(1)
        .setTimings(new StageTimings(1L, 2L, 3L, 4L, 5L, 6))
        .build();
  }

  private WatchwordProcess archive(Path config) throws Exception {
    return WatchwordProcess.start(
        directory, "archive", "-c", config.toString(), "--operations-port", "0");
  }

  private static String metrics(WatchwordProcess process) {
    return process.awaitLine("metrics=\"?(http://[^\\s\"]+)", LIMIT);
  }

  private static double files(String metrics) throws Exception {
    return Metrics.scrape(metrics).sum("watchword_archive_files_total");
  }

  private static long rows(Path storage) throws Exception {
    return ArchivedRows.number(storage, "select count(*) from detections");
  }
}
