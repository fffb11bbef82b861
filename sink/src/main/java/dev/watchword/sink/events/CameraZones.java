package dev.watchword.sink.events;

import dev.watchword.schemas.Camera;
import dev.watchword.service.config.ConfigException;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.config.Section;
import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.service.kafka.RecordDecoder.BadRecordException;
import dev.watchword.service.zones.Zones;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The zones of each camera, as the topic {@code cameras} has them now. Used by one thread. */
final class CameraZones {
  private static final Logger log = LoggerFactory.getLogger(CameraZones.class);

  private record Parsed(byte[] record, Zones zones) {}

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
    byte[] record = cameras.get(camera);
    if (record == null) {
      return Zones.NONE;
    }
    Parsed known = parsed.get(camera);
    if (known == null || !Arrays.equals(known.record, record)) {
      known = new Parsed(record, parse(camera, record));
      parsed.put(camera, known);
    }
    return known.zones;
  }

  private Zones parse(String camera, byte[] record) throws InterruptedException {
    try {
      Camera entry =
          decoder.decode(new ConsumerRecord<>(topic, 0, 0, camera, record), Camera.class);
      Map<String, String> drawn = new HashMap<>(entry.getSettings());
      drawn.keySet().removeIf(key -> !key.startsWith("zones.") && !key.startsWith("lines."));
      Section section = ConfigFile.of("camera " + camera, drawn, name -> null);
      return Zones.from(section);
    } catch (BadRecordException | ConfigException e) {
      log.atWarn()
          .addKeyValue("camera", camera)
          .addKeyValue("error", e.getMessage())
          .log("the camera's zones cannot be read, it goes on without");
      return Zones.NONE;
    }
  }
}
