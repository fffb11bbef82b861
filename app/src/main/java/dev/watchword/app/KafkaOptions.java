package dev.watchword.app;

import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.sink.events.TrackingConfig;
import io.prometheus.client.CollectorRegistry;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options by which a command finds the Kafka that it asks. */
final class KafkaOptions {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration file. Default: the demo that runs in this directory.")
  private Path file;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "watchword-data",
      description = "The data directory of a running demo. Default: ${DEFAULT-VALUE}.")
  private Path data;

  /** The configuration file, if one is named. */
  Optional<WatchwordConfig> file() {
    return Optional.ofNullable(file)
        .map(path -> WatchwordConfig.from(ConfigFile.read(path), new CollectorRegistry()));
  }

  KafkaSettings settings() {
    return Reach.settings(file, data, new CollectorRegistry());
  }

  /** The directory that recordings are in. */
  Path recordings() {
    return file()
        .map(config -> config.ingest().recordings())
        .orElseGet(() -> data.toAbsolutePath().normalize().resolve("storage"));
  }

  /** What counts as an object. */
  TrackingConfig tracking() {
    return file().map(config -> config.events().tracking()).orElse(TrackingConfig.DEFAULT);
  }
}
