package dev.watchword.app;

import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.kafka.KafkaSettings;
import io.prometheus.client.CollectorRegistry;
import java.nio.file.Path;
import java.util.Optional;

/** How a command reaches the Kafka of a process that runs already. */
final class Reach {
  private Reach() {}

  /** The broker that the file names; else the embedded one that runs on the data directory. */
  static KafkaSettings settings(Path file, Path data, CollectorRegistry registry) {
    Path directory = data;
    KafkaSettings settings;
    if (file != null) {
      WatchwordConfig config = WatchwordConfig.from(ConfigFile.read(file), registry);
      if (config.kafka().isExternal()) {
        return config.kafka();
      }
      settings = config.kafka();
      directory = config.data();
    } else {
      settings = KafkaSettings.from(ConfigFile.parse("defaults", "", name -> null), registry);
    }
    Optional<Endpoints> embedded = Endpoints.read(directory);
    if (embedded.isEmpty()) {
      throw new CommandFailure(
          "nothing runs on "
              + directory
              + "; start 'watchword demo' or 'watchword up' first, or name an external Kafka with -c");
    }
    return settings.at(embedded.get().bootstrapServers(), embedded.get().registryUrl());
  }
}
