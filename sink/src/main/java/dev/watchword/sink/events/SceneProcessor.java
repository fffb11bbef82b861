package dev.watchword.sink.events;

import dev.watchword.schemas.DeadLetter;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.schemas.Task;
import dev.watchword.service.kafka.DeadLetters;
import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.service.kafka.RecordDecoder.BadRecordException;
import dev.watchword.sink.alerts.AlertTopology;
import dev.watchword.sink.alerts.Look;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Detections to object events: finds the scene of the record's camera and prompt in the store,
 * gives it the frame, puts it back, tells what it says and shows rules what it saw. Frames that
 * came late, shadows, and answers that are not boxes, change no scene.
 *
 * <p>Scenes of which nothing has been heard for their silence are ended by the wall clock. It
 * counts from the last record that this task has seen, so that a process that comes back, or falls
 * behind, does not take its own absence for the camera's.
 */
final class SceneProcessor implements Processor<String, byte[], String, Object> {
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final TopologyParts parts;
  private final long silenceMillis;

  /** When something was last heard of scenes that are not idle; milliseconds of the wall clock. */
  private final Map<String, Long> heard = new HashMap<>();

  /** What the scene in hand has shown; rules are to have it after its events. */
  private final List<Look> looks = new ArrayList<>();

  private RecordDecoder decoder;
  private ProcessorContext<String, Object> context;
  private KeyValueStore<String, byte[]> scenes;
  private CameraZones zones;

  SceneProcessor(TopologyParts parts) {
    this.parts = parts;
    // Frames that are still on their way have a little time.
    this.silenceMillis =
        parts.tracking().silence().plus(parts.tracking().grace()).plus(LOOK).toMillis();
  }

  @Override
  public void init(ProcessorContext<String, Object> processorContext) {
    context = processorContext;
    decoder = parts.decoder().get();
    scenes = context.getStateStore(EventTopology.SCENES);
    zones =
        new CameraZones(
            parts.camerasTopic(), context.getStateStore(EventTopology.CAMERAS), decoder);
    heard.clear();
    looks.clear();
    long now = context.currentSystemTimeMs();
    try (KeyValueIterator<String, byte[]> all = scenes.all()) {
      while (all.hasNext()) {
        KeyValue<String, byte[]> entry = all.next();
        if (!scene(entry.key, entry.value).isIdle()) {
          heard.put(entry.key, now);
        }
      }
    }
    context.schedule(LOOK, PunctuationType.WALL_CLOCK_TIME, this::endSilent);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    parts.metrics().consumed();
    RecordMetadata from = context.recordMetadata().orElseThrow();
    ConsumerRecord<String, byte[]> source =
        new ConsumerRecord<>(
            from.topic(), from.partition(), from.offset(), record.key(), record.value());
    try {
      FrameDetections detections = decoder.decode(source, FrameDetections.class);
      if (detections == null) {
        setAside(source, record.timestamp(), "the record has no value");
      } else if (isTracked(detections)) {
        follow(detections, record.timestamp());
      }
    } catch (BadRecordException e) {
      setAside(source, record.timestamp(), e.getMessage());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private boolean isTracked(FrameDetections detections) {
    Optional<String> leftOut = leftOut(detections);
    leftOut.ifPresent(parts.metrics()::leftOut);
    return leftOut.isEmpty();
  }

  /** Why no scene takes account of the record; empty when one does. */
  static Optional<String> leftOut(FrameDetections detections) {
    if (detections.getTask() != Task.DETECT && detections.getTask() != Task.SEGMENT) {
      return Optional.of("no_boxes");
    }
    if (detections.getLate()) {
      return Optional.of("spooled");
    }
    return detections.getShadow() ? Optional.of("shadow") : Optional.empty();
  }

  private void follow(FrameDetections detections, long timestamp) throws InterruptedException {
    String camera = detections.getId().getCamera();
    String key = camera + "/" + detections.getPromptId();
    Scene scene = scene(key, scenes.get(key));
    List<ObjectEvent> told = scene.frame(Observation.of(detections), zones.of(camera));
    keep(key, scene);
    told.forEach(event -> tell(event, timestamp));
    show(camera, timestamp);
  }

  private void show(String camera, long timestamp) throws InterruptedException {
    boolean videoKept = !looks.isEmpty() && zones.keepsVideo(camera);
    for (Look look : looks) {
      context.forward(
          new Record<>(camera, look.withVideoKept(videoKept), timestamp), AlertTopology.LOOKS);
    }
    looks.clear();
  }

  private void keep(String key, Scene scene) {
    scenes.put(key, scene.toBytes());
    if (scene.isIdle()) {
      heard.remove(key);
    } else {
      heard.put(key, context.currentSystemTimeMs());
    }
  }

  private void tell(ObjectEvent event, long timestamp) {
    parts.metrics().told(event);
    context.forward(new Record<>(event.getCamera(), event, timestamp), EventTopology.EVENTS);
  }

  private void endSilent(long now) {
    List<String> silent =
        heard.entrySet().stream()
            .filter(entry -> now - entry.getValue() >= silenceMillis)
            .map(Map.Entry::getKey)
            .sorted()
            .toList();
    for (String key : silent) {
      Scene scene = scene(key, scenes.get(key));
      try {
        List<ObjectEvent> told = scene.silent(zones.of(camera(key)));
        keep(key, scene);
        told.forEach(event -> tell(event, now));
        show(camera(key), now);
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }
  }

  private static String camera(String key) {
    return key.substring(0, key.indexOf('/'));
  }

  private Scene scene(String key, byte[] bytes) {
    int slash = key.indexOf('/');
    Scene scene =
        new Scene(
            key.substring(0, slash),
            key.substring(slash + 1),
            parts.tracking(),
            looks::add,
            reason -> parts.metrics().leftOut(reason.name().toLowerCase(Locale.ROOT)));
    return bytes == null ? scene : scene.restore(bytes);
  }

  private void setAside(ConsumerRecord<String, byte[]> source, long timestamp, String reason) {
    parts.metrics().leftOut("unreadable");
    DeadLetter letter =
        DeadLetters.of(
            source, reason, "events", Instant.ofEpochMilli(context.currentSystemTimeMs()));
    context.forward(new Record<>(source.key(), letter, timestamp), EventTopology.DEAD_LETTERS);
  }

  @Override
  public void close() {
    decoder.close();
  }
}
