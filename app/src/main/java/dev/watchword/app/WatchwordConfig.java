package dev.watchword.app;

import dev.watchword.console.ConsoleConfig;
import dev.watchword.inference.InferenceConfig;
import dev.watchword.ingest.CameraConfig;
import dev.watchword.ingest.GateConfig;
import dev.watchword.ingest.IngestConfig;
import dev.watchword.service.config.Section;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.sink.archive.ArchiveConfig;
import dev.watchword.sink.delivery.DeliveryConfig;
import dev.watchword.sink.events.EventsConfig;
import io.prometheus.client.CollectorRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/**
 * The whole configuration file, read and checked. Every process reads all of it, also the parts of
 * other services, so that a mistake shows wherever the file is used first.
 *
 * @param data where the embedded parts keep their files
 * @param operationsHost the address on which {@code /metrics} and {@code /health} listen
 */
record WatchwordConfig(
    KafkaSettings kafka,
    IngestConfig ingest,
    InferenceConfig inference,
    EventsConfig events,
    DeliveryConfig delivery,
    ArchiveConfig archive,
    ConsoleConfig console,
    Path data,
    String operationsHost) {

  /** Reads every section; an unknown key is refused with a suggestion. */
  static WatchwordConfig from(Section root, CollectorRegistry registry) {
    Path data = Path.of(root.text("data", "watchword-data")).toAbsolutePath().normalize();
    Set<String> cameras = root.section("cameras").keys();
    ArchiveConfig archive = ArchiveConfig.from(root, data.resolve("storage"));
    IngestConfig ingest = IngestConfig.from(root, archive.storage());
    WatchwordConfig config =
        new WatchwordConfig(
            KafkaSettings.from(root, registry),
            ingest,
            InferenceConfig.from(root, ingest.seeder(), cameras),
            EventsConfig.from(root, ingest.seeder(), archive.storage(), cameras),
            DeliveryConfig.from(root),
            archive,
            ConsoleConfig.from(root),
            data,
            root.section("operations").text("host", "127.0.0.1"));
    root.rejectUnknown();
    rejectSilentCameras(root, config);
    return config;
  }

  /** A camera that has nothing to say for so long would count as lost each time. */
  private static void rejectSilentCameras(Section root, WatchwordConfig config) {
    Duration silence = config.events.tracking().silence();
    for (CameraConfig camera : config.ingest.cameras()) {
      Duration pause =
          camera
              .gate()
              .map(GateConfig::heartbeat)
              .orElse(Duration.ofMillis(Math.round(1000 / camera.samplesPerSecond())));
      if (pause.multipliedBy(2).compareTo(silence) > 0) {
        throw root.section("events")
            .wrong(
                "silence",
                "must be at least twice the longest pause between two frames, and camera "
                    + camera.id()
                    + " may pause for "
                    + pause.toMillis() / 1000.0
                    + "s; set it to "
                    + (pause.toSeconds() + 1) * 2
                    + "s or more");
      }
    }
  }
}
