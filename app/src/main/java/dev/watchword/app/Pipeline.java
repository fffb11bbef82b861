package dev.watchword.app;

import dev.watchword.app.embedded.EmbeddedKafka;
import dev.watchword.app.embedded.EmbeddedRegistry;
import dev.watchword.console.ConsoleService;
import dev.watchword.inference.InferenceService;
import dev.watchword.ingest.IngestService;
import dev.watchword.service.Service;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.sink.archive.ArchiveService;
import dev.watchword.sink.delivery.DeliveryService;
import dev.watchword.sink.events.EventsService;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** All services in one process, on the broker that the file names or on an embedded one. */
final class Pipeline {
  private final Running running;
  private final CollectorRegistry registry;

  Pipeline(Running running, CollectorRegistry registry) {
    this.running = running;
    this.registry = registry;
  }

  /** The context for services on the file's broker, or on an embedded one which this starts. */
  ServiceContext connect(WatchwordConfig config) throws IOException {
    KafkaSettings kafka = config.kafka();
    if (!kafka.isExternal()) {
      Endpoints embedded = startEmbedded(config.data());
      kafka = kafka.at(embedded.bootstrapServers(), embedded.registryUrl());
    }
    return new ServiceContext(kafka, registry, Clock.systemUTC(), running::bug);
  }

  /**
   * The services, in the order in which a frame travels. The console is last, see {@link #console}.
   */
  List<Service> services(WatchwordConfig config, ServiceContext context) {
    return List.of(
        new IngestService(context, config.ingest()),
        new InferenceService(context, config.inference(), Caches.checkpoint()),
        new EventsService(context, config.events()),
        new DeliveryService(context, config.delivery()),
        new ArchiveService(context, config.archive()),
        new ConsoleService(context, config.console()));
  }

  static ConsoleService console(List<Service> services) {
    return (ConsoleService) services.getLast();
  }

  private Endpoints startEmbedded(Path data) throws IOException {
    Files.createDirectories(data);
    EmbeddedKafka kafka = running.own(EmbeddedKafka.start(data.resolve("kafka"), 0));
    EmbeddedRegistry schemas = running.own(EmbeddedRegistry.start(kafka.bootstrapServers(), 0));
    Endpoints endpoints = new Endpoints(kafka.bootstrapServers(), schemas.url());
    endpoints.write(data);
    running.own(() -> Endpoints.remove(data));
    return endpoints;
  }
}
