package dev.watchword.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.config.Section;
import dev.watchword.service.kafka.KafkaSettings;
import io.prometheus.client.CollectorRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InferenceServiceTest {
  @TempDir private Path directory;

  @Test
  void modelThatCannotBeLoadedIsToldInOneSentence() throws Exception {
    Path missing = directory.resolve("no-model");
    Section root =
        ConfigFile.parse(
            "watchword.yaml",
            "prompts: {people: {text: detect person}}\nmodel: {path: '" + missing + "'}",
            name -> null);
    CollectorRegistry registry = new CollectorRegistry();
    CompletableFuture<Throwable> bug = new CompletableFuture<>();
    ServiceContext context =
        new ServiceContext(
            KafkaSettings.from(root, registry), registry, Clock.systemUTC(), bug::complete);
    try (InferenceService service =
        new InferenceService(context, InferenceConfig.from(root, "here", Set.of()), directory)) {
      assertThat(service.health().detail()).isEqualTo("not started");
      service.start();

      Throwable told = bug.get(30, TimeUnit.SECONDS);
      assertThat(told).isInstanceOf(CheckpointException.class);
      assertThat(told).hasMessageContaining(missing.toString());
      assertThat(service.health().ok()).isFalse();
      assertThat(service.health().detail()).isEqualTo(told.getMessage());
    }
  }
}
