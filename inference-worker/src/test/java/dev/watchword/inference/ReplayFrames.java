package dev.watchword.inference;

import dev.watchword.paligemma.engine.Generator;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.DeadLetter;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.Ids;
import dev.watchword.schemas.ReplayFrame;
import dev.watchword.schemas.ReplayPrompt;
import dev.watchword.schemas.SampleReason;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.wire.GeneratedRecords;
import dev.watchword.service.Backoff;
import dev.watchword.service.HealthLog;
import dev.watchword.service.kafka.RecordDecoder;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;

/** A loop of replays between a scripted model and Kafka clients in memory. */
final class ReplayFrames {
  static {
    GeneratedRecords.trust();
  }

  private static final Instant CAPTURED = Instant.parse("2020-03-01T10:00:00Z");

  final CollectorRegistry registry = new CollectorRegistry();
  final FramesConsumer consumer = new FramesConsumer();
  final ModelTurns turns = new ModelTurns();
  final List<AnswersProducer> producers = new ArrayList<>();
  final HealthLog health = new HealthLog("replay");
  final ReplayLoop loop;

  ReplayFrames(int framesPerCall, Generator model) {
    loop =
        new ReplayLoop(
            framesPerCall,
            model,
            turns,
            new ReplayClients(
                consumer,
                RecordDecoder.with(
                    (topic, data) -> {
                      try {
                        return SampledFrame.fromByteBuffer(ByteBuffer.wrap(data));
                      } catch (Exception e) {
                        throw new SerializationException("not a frame: " + e.getMessage(), e);
                      }
                    }),
                this::newProducer,
                FramesConsumer.TOPIC,
                new BatchInference.Topics("detections-replay", "dead-letters", "coverage")),
            new LoopTime(() -> CAPTURED.plus(Duration.ofDays(365)), () -> 0),
            new Backoff(Duration.ZERO, Duration.ZERO),
            new ReplayMetrics(registry),
            health);
    consumer.assign(0);
  }

  private AnswersProducer newProducer() {
    producers.add(new AnswersProducer(consumer));
    return producers.getLast();
  }

  void steps(int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      loop.step();
    }
  }

  /** A frame; the last of its batch or not. */
  void frame(String replay, long batch, long sequence, boolean last, String... prompts) {
    List<ReplayPrompt> asked =
        Arrays.stream(prompts).map(text -> new ReplayPrompt(text, text, false, false)).toList();
    SampledFrame frame =
        SampledFrame.newBuilder()
            .setId(new FrameId("gate", "session", sequence))
            .setCapturedAt(CAPTURED.plusSeconds(sequence))
            .setClock(CaptureClock.CONTAINER)
            .setArrivedAt(CAPTURED)
            .setPtsMicros(sequence * 1_000_000)
            .setSourceWidth(16)
            .setSourceHeight(16)
            .setCodec("h264")
            .setKeyFrame(true)
            .setDamaged(false)
            .setReason(SampleReason.REPLAY)
            .setImageWidth(16)
            .setImageHeight(16)
            .setImage(ByteBuffer.wrap(Worker.jpeg((int) sequence)))
            .setReplay(new ReplayFrame(replay, batch, last, asked))
            .build();
    try {
      ByteBuffer bytes = frame.toByteBuffer();
      byte[] value = new byte[bytes.remaining()];
      bytes.get(value);
      bytes(Ids.replayKey(replay, "gate"), value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void bytes(String key, byte[] value) {
    consumer.append(FramesConsumer.partition(0), key, value, 0);
  }

  /** {@code key sequence prompt} of each committed answer. */
  List<String> answers() {
    return producers.stream()
        .flatMap(producer -> producer.history().stream())
        .filter(record -> record.value() instanceof FrameDetections)
        .map(
            record -> {
              FrameDetections answer = (FrameDetections) record.value();
              return record.key() + " " + answer.getId().getSequence() + " " + answer.getPromptId();
            })
        .toList();
  }

  List<FrameDetections> records() {
    return values(FrameDetections.class);
  }

  <T> List<T> values(Class<T> type) {
    return producers.stream()
        .flatMap(producer -> producer.history().stream())
        .map(record -> record.value())
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  List<DeadLetter> deadLetters() {
    return values(DeadLetter.class);
  }

  long committed() {
    TopicPartition partition = FramesConsumer.partition(0);
    var offset = consumer.committed(Set.of(partition)).get(partition);
    return offset == null ? 0 : offset.offset();
  }

  double metric(String name, String... labels) {
    String[] names = labels.length == 0 ? new String[0] : new String[] {labels[0]};
    String[] values = labels.length == 0 ? new String[0] : new String[] {labels[1]};
    Double value = registry.getSampleValue("watchword_inference_replay_" + name, names, values);
    return value == null ? 0 : value;
  }
}
