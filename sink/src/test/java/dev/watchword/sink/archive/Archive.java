package dev.watchword.sink.archive;

import dev.watchword.schemas.BoundingBox;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.DeadLetter;
import dev.watchword.schemas.Detection;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.Mask;
import dev.watchword.schemas.ModelId;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.ScoreParts;
import dev.watchword.schemas.StageTimings;
import dev.watchword.schemas.Task;
import dev.watchword.schemas.wire.GeneratedRecords;
import dev.watchword.service.Backoff;
import dev.watchword.service.HealthLog;
import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.storage.FileObjectStore;
import dev.watchword.storage.StorageConfig;
import dev.watchword.storage.StoredObject;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** An archive loop between a topic in memory and a directory, on a clock by hand. */
final class Archive {
  static {
    GeneratedRecords.trust();
  }

  /** A bucket's start when buckets last a minute. */
  static final Instant START = Instant.parse("2026-03-01T23:59:00Z");

  /** A box of this label has a mask. */
  static final String MASKED = "masked";

  final CollectorRegistry registry = new CollectorRegistry();
  final FileObjectStore store;
  final DetectionsConsumer consumer;
  final MockProducer<String, Object> producer =
      new MockProducer<>(true, null, new StringSerializer(), (topic, value) -> new byte[0]);
  final HealthLog health = new HealthLog("archive");
  final ArchiveLoop loop;
  Instant now = START;

  Archive(Path directory, DetectionsConsumer.Log log, int rollRecords, IntSupplier portion) {
    store = new FileObjectStore(directory);
    consumer = new DetectionsConsumer(log, portion);
    loop =
        new ArchiveLoop(
            new ArchiveConfig(
                new StorageConfig.Directory(directory),
                Duration.ofMinutes(1),
                rollRecords,
                new Retention(Optional.empty(), Optional.empty()),
                new Retention(Optional.empty(), Optional.empty())),
            new ArchiveClients(
                consumer,
                RecordDecoder.with(detections()),
                producer,
                log::ends,
                Map.of(
                    DetectionsConsumer.Log.TOPIC,
                    new ArchiveClients.Destination(new DetectionRows(), "dead-letters"))),
            store,
            () -> now,
            new Backoff(Duration.ZERO, Duration.ZERO),
            new ArchiveMetrics(registry),
            health);
    consumer.assign(0, 1);
  }

  /** Two codes and a mask of one by three, which is all that the archive needs to keep them. */
  private static Mask mask() {
    return new Mask(
        ByteBuffer.wrap(new byte[] {5, 127}), 1, 3, ByteBuffer.wrap(new byte[] {0, 127, -1}));
  }

  static byte[] detection(String camera, long sequence, String... labels) {
    List<Detection> boxes = new ArrayList<>();
    for (String label : labels) {
      boxes.add(
          new Detection(
              label,
              new BoundingBox(0.25f, 0.5f, 0.75f, 1f),
              0.5f,
              new ScoreParts(0.875f, 0.75f, 0.625f),
              label.equals(MASKED) ? mask() : null));
    }
    FrameDetections record =
        FrameDetections.newBuilder()
            .setId(new FrameId(camera, "session", sequence))
            .setCapturedAt(START.plusNanos(sequence * 1_000))
            .setClock(CaptureClock.RTCP)
            .setCompletedAt(START.plusMillis(sequence))
            .setSourceWidth(1920)
            .setSourceHeight(1080)
            .setPromptId("people")
            .setPromptVersion("0123abcd")
            .setTask(List.of(labels).contains(MASKED) ? Task.SEGMENT : Task.DETECT)
            .setModel(new ModelId("demo", "r1", "OnnxRuntime", "float32"))
            .setOutcome(Outcome.INFERRED)
            .setDetections(boxes)
            .setText("text " + sequence)
            .setTokens(8)
            .setTimings(new StageTimings(1L, 2L, 3L, 4L, 5L, 6))
            .build();
    try {
      ByteBuffer encoded = record.toByteBuffer();
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void steps(int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      loop.step();
    }
  }

  /** The stored files with their bytes. */
  Map<String, byte[]> files() throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    for (StoredObject object : store.list("detections")) {
      String name = object.name();
      files.put(name, store.read(name));
    }
    return files;
  }

  List<DeadLetter> deadLetters() {
    return producer.history().stream().map(record -> (DeadLetter) record.value()).toList();
  }

  double metric(String name) {
    return registry.getSampleValue("watchword_archive_" + name);
  }

  private static Deserializer<FrameDetections> detections() {
    return (topic, data) -> {
      try {
        return data == null ? null : FrameDetections.fromByteBuffer(ByteBuffer.wrap(data));
      } catch (Exception e) {
        throw new SerializationException("not detections: " + e.getMessage(), e);
      }
    };
  }
}
