package dev.watchword.sink.events;

import dev.watchword.schemas.Camera;
import dev.watchword.service.config.ConfigException;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.config.Section;
import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.service.kafka.RecordDecoder.BadRecordException;
import dev.watchword.service.zones.Zones;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The zones of each camera, and whether its video is kept, as the topic {@code cameras} has them
 * now. Used by one thread.
 */
public final class CameraZones {
  private static final Logger log = LoggerFactory.getLogger(CameraZones.class);

  private record Parsed(byte[] record, Zones zones, boolean videoKept) {}

  private static final Duration KEPT = Duration.ofSeconds(30);

  private final String topic;
  private final ReadOnlyKeyValueStore<String, byte[]> cameras;
  private final RecordDecoder decoder;
  private final Map<String, Parsed> parsed = new HashMap<>();

  CameraZones(String topic, ReadOnlyKeyValueStore<String, byte[]> cameras, RecordDecoder decoder) {
    this.topic = topic;
    this.cameras = cameras;
    this.decoder = decoder;
  }

  Zones of(String camera) throws InterruptedException {
    Parsed known = known(camera);
    return known == null ? Zones.NONE : known.zones;
  }

  /** Whether a picture of what was just seen can be asked for. */
  boolean keepsVideo(String camera) throws InterruptedException {
    Parsed known = known(camera);
    return known != null && known.videoKept;
  }

  /** Null when nobody knows the camera. */
  private Parsed known(String camera) throws InterruptedException {
    byte[] record = cameras.get(camera);
    if (record == null) {
      return null;
    }
    Parsed known = parsed.get(camera);
    if (known == null || !Arrays.equals(known.record, record)) {
      known = parse(camera, record);
      parsed.put(camera, known);
    }
    return known;
  }

  private Parsed parse(String camera, byte[] record) throws InterruptedException {
    try {
      Camera entry =
          decoder.decode(new ConsumerRecord<>(topic, 0, 0, camera, record), Camera.class);
      Section section = section(entry);
      Duration kept = section.section("evidence").duration("keep", KEPT);
      return new Parsed(record, Zones.from(section), !kept.isZero());
    } catch (BadRecordException | ConfigException e) {
      log.atWarn()
          .addKeyValue("camera", camera)
          .addKeyValue("error", e.getMessage())
          .log("the camera's zones cannot be read, it goes on without");
      return new Parsed(record, Zones.NONE, false);
    }
  }

  /**
   * What is drawn into the camera's picture.
   *
   * @throws ConfigException when it cannot be read
   */
  static Zones of(Camera entry) {
    return Zones.from(section(entry));
  }

  /** What is drawn into the pictures of cameras; nothing where that cannot be read, as live. */
  public static Map<String, Zones> drawn(Collection<Camera> entries) {
    Map<String, Zones> drawn = new HashMap<>();
    for (Camera entry : entries) {
      try {
        drawn.put(entry.getId(), of(entry));
      } catch (ConfigException e) {
        drawn.put(entry.getId(), Zones.NONE);
      }
    }
    return drawn;
  }

  private static Section section(Camera entry) {
    Map<String, String> drawn = new HashMap<>(entry.getSettings());
    drawn.keySet().removeIf(key -> !key.matches("(zones|lines)\\..*|evidence\\.keep"));
    return ConfigFile.of("camera " + entry.getId(), drawn, name -> null);
  }
}
