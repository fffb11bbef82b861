package dev.watchword.app;

import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.config.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the embedded broker and registry of a running process listen. The process leaves them in a
 * file beside its data, so that {@code watchword tail} in another terminal finds them.
 */
record Endpoints(String bootstrapServers, String registryUrl) {
  private static final String FILE = "running.yaml";

  void write(Path data) throws IOException {
    Files.writeString(
        data.resolve(FILE),
        "# Written by a running Watchword process; removed when it stops.\nkafka: "
            + bootstrapServers
            + "\nregistry: "
            + registryUrl
            + "\n");
  }

  static Optional<Endpoints> read(Path data) {
    Path file = data.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Section section = ConfigFile.read(file);
    return Optional.of(new Endpoints(section.text("kafka"), section.text("registry")));
  }

  static void remove(Path data) throws IOException {
    Files.deleteIfExists(data.resolve(FILE));
  }
}
