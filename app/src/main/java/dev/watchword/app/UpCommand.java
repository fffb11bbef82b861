package dev.watchword.app;

import dev.watchword.service.Service;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.config.ConfigFile;
import io.prometheus.client.CollectorRegistry;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code watchword up}: every service in one process. */
@Command(
    name = "up",
    description = "Runs all services in one process, on an embedded or an external Kafka.",
    mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
  @Option(
      names = {"-c", "--config"},
      required = true,
      paramLabel = "FILE",
      description = "The configuration file.")
  private Path file;

  @Option(
      names = "--operations-port",
      defaultValue = "9400",
      description = "Port of /metrics and /health; 0 takes a free one. Default: ${DEFAULT-VALUE}.")
  private int operationsPort;

  @Override
  public Integer call() throws Exception {
    CollectorRegistry registry = new CollectorRegistry();
    WatchwordConfig config = WatchwordConfig.from(ConfigFile.read(file), registry);
    if (config.ingest().cameras().isEmpty()) {
      throw new CommandFailure(
          file + " names no camera; add one under 'cameras:', as README.md shows");
    }
    try (Running running = new Running()) {
      return run(running, config, registry, operationsPort);
    }
  }

  /** Starts everything, prints the addresses and blocks until the end. */
  static int run(
      Running running, WatchwordConfig config, CollectorRegistry registry, int operationsPort)
      throws Exception {
    Pipeline pipeline = new Pipeline(running, registry);
    ServiceContext context = pipeline.connect(config);
    running.awaitTopics(context);
    List<Service> services = pipeline.services(config, context);
    int port =
        running
            .start(
                services, context, new InetSocketAddress(config.operationsHost(), operationsPort))
            .port();
    System.out.println();
    System.out.println("  console     " + Pipeline.console(services).address());
    System.out.println("  metrics     http://" + config.operationsHost() + ":" + port + "/metrics");
    System.out.println("  kafka       " + context.kafka().bootstrapServers());
    System.out.println("  registry    " + context.kafka().registryUrl());
    System.out.println("  archive     " + config.archive().storage());
    System.out.println();
    System.out.println("  Ctrl-C stops it; started again, it goes on where it was.");
    System.out.println();
    return running.untilEnd();
  }
}
