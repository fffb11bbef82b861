package dev.watchword.inference;

import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.TaskPrompt;
import dev.watchword.paligemma.engine.Generator;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.DeadLetter;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.SampleReason;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.wire.GeneratedRecords;
import dev.watchword.service.Backoff;
import dev.watchword.service.HealthLog;
import dev.watchword.service.kafka.RecordDecoder;
import io.prometheus.client.CollectorRegistry;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.imageio.ImageIO;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/** An inference loop between a scripted model and Kafka clients in memory, on clocks by hand. */
final class Worker {
  static {
    GeneratedRecords.trust();
  }

  static final Duration BATCH_DELAY = Duration.ofMillis(20);
  static final Duration MAX_AGE = Duration.ofSeconds(5);

  final CollectorRegistry registry = new CollectorRegistry();
  final FramesConsumer consumer = new FramesConsumer();
  final PromptLog promptLog = new PromptLog();
  final ScriptedModel model;
  final List<AnswersProducer> producers = new ArrayList<>();
  final HealthLog health = new HealthLog("inference");
  final ModelTurns turns = new ModelTurns();
  final InferenceLoop loop;
  Instant now = Instant.parse("2026-03-01T10:00:00Z");

  private int runs;

  Worker(int maxBatch, Prompt... prompts) {
    this(maxBatch, new ScriptedModel(), prompts);
  }

  Worker(int maxBatch, Generator generator, Prompt... prompts) {
    for (Prompt prompt : prompts) {
      promptLog.append(PromptTopic.version(prompt, Instant.EPOCH, "here", now));
    }
    this.model = generator instanceof ScriptedModel scripted ? scripted : null;
    InferenceConfig config =
        new InferenceConfig(
            List.of(prompts),
            "here",
            Optional.empty(),
            ModelOptions.defaults(),
            "OnnxRuntime",
            Map.of(),
            Optional.empty(),
            maxBatch,
            BATCH_DELAY,
            MAX_AGE,
            1);
    loop =
        new InferenceLoop(
            config,
            generator,
            turns,
            new FrameClients(
                consumer,
                RecordDecoder.with(frames()),
                new PromptFeed(
                    promptLog,
                    RecordDecoder.with(PromptLog.decoder()),
                    PromptLog.TOPIC,
                    new PromptBook(),
                    () -> Duration.between(Instant.EPOCH, now).toNanos()),
                this::newProducer,
                FramesConsumer.TOPIC,
                FramesConsumer.LATE,
                new BatchInference.Topics("detections", "dead-letters", "coverage")),
            new LoopTime(() -> now, () -> Duration.between(Instant.EPOCH, now).toNanos()),
            new Backoff(Duration.ZERO, Duration.ZERO),
            new CoverageTotals(() -> "run-" + runs++),
            new InferenceMetrics(registry),
            health);
    consumer.assign(0, 1);
  }

  static Prompt prompt(String id, String text, String... cameras) {
    return new Prompt(id, TaskPrompt.parse(text), Set.of(cameras), false);
  }

  private AnswersProducer newProducer() {
    producers.add(new AnswersProducer(consumer));
    return producers.get(producers.size() - 1);
  }

  AnswersProducer producer() {
    return producers.get(producers.size() - 1);
  }

  /** One round, and one more when the batch has waited its time. */
  void stepUntilDue() throws InterruptedException {
    loop.step();
    now = now.plus(BATCH_DELAY);
    loop.step();
  }

  void frame(int partition, String camera, long sequence) {
    frame(partition, camera, sequence, now);
  }

  void frame(int partition, String camera, long sequence, Instant capturedAt) {
    frame(partition, camera, sequence, capturedAt, jpeg((int) sequence));
  }

  void frame(int partition, String camera, long sequence, Instant capturedAt, byte[] image) {
    frame(FramesConsumer.partition(partition), camera, sequence, capturedAt, image);
  }

  /** A frame that ingest had kept for an hour. */
  void late(int partition, String camera, long sequence) {
    Instant capturedAt = now.minus(Duration.ofHours(1));
    frame(
        FramesConsumer.latePartition(partition),
        camera,
        sequence,
        capturedAt,
        jpeg((int) sequence));
  }

  private void frame(
      TopicPartition partition, String camera, long sequence, Instant capturedAt, byte[] image) {
    SampledFrame frame =
        SampledFrame.newBuilder()
            .setId(new FrameId(camera, "session", sequence))
            .setCapturedAt(capturedAt)
            .setClock(CaptureClock.ARRIVAL)
            .setArrivedAt(capturedAt)
            .setPtsMicros(sequence * 40_000)
            .setSourceWidth(1920)
            .setSourceHeight(1080)
            .setCodec("h264")
            .setKeyFrame(true)
            .setDamaged(false)
            .setReason(SampleReason.RATE)
            .setImageWidth(16)
            .setImageHeight(16)
            .setImage(ByteBuffer.wrap(image))
            .build();
    try {
      ByteBuffer bytes = frame.toByteBuffer();
      byte[] value = new byte[bytes.remaining()];
      bytes.get(value);
      consumer.append(partition, camera, value, now.toEpochMilli());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void bytes(int partition, String camera, byte[] value) {
    consumer.append(FramesConsumer.partition(partition), camera, value, now.toEpochMilli());
  }

  /** A grey picture whose level is {@code shade}, so that a test can tell pictures apart. */
  static byte[] jpeg(int shade) {
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_3BYTE_BGR);
    for (int i = 0; i < 256; i++) {
      image.setRGB(i % 16, i / 16, shade * 0x010101);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "jpg", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  List<FrameDetections> detections() {
    return committed(FrameDetections.class);
  }

  List<DeadLetter> deadLetters() {
    return committed(DeadLetter.class);
  }

  /** {@code camera/sequence prompt OUTCOME} of each committed record. */
  List<String> published() {
    return detections().stream()
        .map(
            record ->
                "%s/%d %s %s"
                    .formatted(
                        record.getId().getCamera(),
                        record.getId().getSequence(),
                        record.getPromptId(),
                        record.getOutcome()))
        .toList();
  }

  List<String> published(Outcome outcome) {
    return published().stream().filter(line -> line.endsWith(outcome.name())).toList();
  }

  long committed(int partition) {
    var offsets = consumer.committed(Set.of(FramesConsumer.partition(partition)));
    var offset = offsets.get(FramesConsumer.partition(partition));
    return offset == null ? 0 : offset.offset();
  }

  double requests(String camera, String prompt, String outcome) {
    Double value =
        registry.getSampleValue(
            "watchword_inference_requests_total",
            new String[] {"camera", "prompt", "outcome"},
            new String[] {camera, prompt, outcome});
    return value == null ? 0 : value;
  }

  double expired(String camera) {
    Double value =
        registry.getSampleValue(
            "watchword_inference_frames_expired_total",
            new String[] {"camera"},
            new String[] {camera});
    return value == null ? 0 : value;
  }

  double remote(String name, String label, String value) {
    return registry.getSampleValue(
        "watchword_inference_remote_" + name, new String[] {label}, new String[] {value});
  }

  double consumed(String camera) {
    Double value =
        registry.getSampleValue(
            "watchword_inference_frames_consumed_total",
            new String[] {"camera"},
            new String[] {camera});
    return value == null ? 0 : value;
  }

  private <T> List<T> committed(Class<T> type) {
    return producers.stream()
        .flatMap(producer -> producer.history().stream())
        .map(record -> record.value())
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  /** Avro's own single-object encoding stands for the wire format, without a registry. */
  private static Deserializer<SampledFrame> frames() {
    return (topic, data) -> {
      try {
        return data == null ? null : SampledFrame.fromByteBuffer(ByteBuffer.wrap(data));
      } catch (Exception e) {
        throw new SerializationException("not a frame: " + e.getMessage(), e);
      }
    };
  }
}
