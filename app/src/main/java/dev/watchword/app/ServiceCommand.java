package dev.watchword.app;

import dev.watchword.console.ConsoleService;
import dev.watchword.inference.InferenceService;
import dev.watchword.ingest.IngestService;
import dev.watchword.service.Service;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.sink.archive.ArchiveService;
import dev.watchword.sink.delivery.DeliveryService;
import dev.watchword.sink.events.EventsService;
import io.prometheus.client.CollectorRegistry;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** One service as a process of its own, on a Kafka that it shares with the others. */
abstract sealed class ServiceCommand implements Callable<Integer> {
  @Option(
      names = {"-c", "--config"},
      required = true,
      paramLabel = "FILE",
      description = "The configuration file.")
  private Path file;

  @Option(
      names = "--operations-port",
      description = "Port of /metrics and /health; 0 takes a free one.")
  private Integer operationsPort;

  private final int defaultPort;

  private ServiceCommand(int defaultPort) {
    this.defaultPort = defaultPort;
  }

  abstract Service service(ServiceContext context, WatchwordConfig config);

  @Override
  public Integer call() throws Exception {
    CollectorRegistry registry = new CollectorRegistry();
    WatchwordConfig config = WatchwordConfig.from(ConfigFile.read(file), registry);
    if (!config.kafka().isExternal() || config.kafka().registryUrl().isEmpty()) {
      throw new CommandFailure(
          file
              + ": a service of its own needs kafka.bootstrap.servers and registry.url, which it"
              + " shares with the others; 'watchword up' runs all services on embedded ones");
    }
    try (Running running = new Running()) {
      ServiceContext context =
          new ServiceContext(config.kafka(), registry, Clock.systemUTC(), running::bug);
      running.awaitTopics(context);
      Service service = service(context, config);
      int requested = operationsPort == null ? defaultPort : operationsPort;
      int port =
          running
              .start(
                  List.of(service),
                  context,
                  new InetSocketAddress(config.operationsHost(), requested))
              .port();
      LoggerFactory.getLogger(ServiceCommand.class)
          .atInfo()
          .addKeyValue("service", service.name())
          .addKeyValue("metrics", "http://" + config.operationsHost() + ":" + port + "/metrics")
          .log("service started");
      return running.untilEnd();
    }
  }

  @Command(
      name = "ingest",
      description = "Runs the ingest service alone: cameras to frames.",
      mixinStandardHelpOptions = true)
  static final class Ingest extends ServiceCommand {
    Ingest() {
      super(9401);
    }

    @Override
    Service service(ServiceContext context, WatchwordConfig config) {
      return new IngestService(context, config.ingest());
    }
  }

  @Command(
      name = "infer",
      description = "Runs an inference worker alone: frames to detections.",
      mixinStandardHelpOptions = true)
  static final class Infer extends ServiceCommand {
    Infer() {
      super(9402);
    }

    @Override
    Service service(ServiceContext context, WatchwordConfig config) {
      return new InferenceService(context, config.inference(), Caches.checkpoint());
    }
  }

  @Command(
      name = "events",
      description = "Runs the events service alone: detections to object events and alerts.",
      mixinStandardHelpOptions = true)
  static final class Events extends ServiceCommand {
    Events() {
      super(9405);
    }

    @Override
    Service service(ServiceContext context, WatchwordConfig config) {
      return new EventsService(context, config.events());
    }
  }

  @Command(
      name = "deliver",
      description = "Runs the delivery of alerts alone: alerts to webhooks and MQTT brokers.",
      mixinStandardHelpOptions = true)
  static final class Deliver extends ServiceCommand {
    Deliver() {
      super(9406);
    }

    @Override
    Service service(ServiceContext context, WatchwordConfig config) {
      return new DeliveryService(context, config.delivery());
    }
  }

  @Command(
      name = "archive",
      description = "Runs the archive alone: detections to object storage.",
      mixinStandardHelpOptions = true)
  static final class Archive extends ServiceCommand {
    Archive() {
      super(9403);
    }

    @Override
    Service service(ServiceContext context, WatchwordConfig config) {
      return new ArchiveService(context, config.archive());
    }
  }

  @Command(
      name = "console",
      description = "Runs the web console alone.",
      mixinStandardHelpOptions = true)
  static final class Console extends ServiceCommand {
    Console() {
      super(9404);
    }

    @Override
    Service service(ServiceContext context, WatchwordConfig config) {
      return new ConsoleService(context, config.console());
    }
  }
}
