package dev.watchword.system;

import dev.watchword.app.embedded.EmbeddedKafka;
import dev.watchword.app.embedded.EmbeddedRegistry;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.kafka.KafkaSettings;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A broker and a registry in a process of their own, which can be killed and come back at the same
 * addresses with what they held.
 */
public final class BrokerProcess implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String READY = "broker and registry are ready";

  private final Path directory;
  private final int port;
  private final int registryPort;
  private WatchwordProcess process;

  public BrokerProcess(Path directory) throws IOException {
    this.directory = directory;
    this.port = freePort();
    this.registryPort = freePort();
    start();
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  /** Starts it, and waits until it is there. */
  public void start() throws IOException {
    process =
        WatchwordProcess.java(
            directory,
            BrokerProcess.class.getName(),
            directory.resolve("kafka").toString(),
            Integer.toString(port),
            Integer.toString(registryPort));
    process.awaitLine(READY, LIMIT);
  }

  /** kill -9. */
  public void kill() throws InterruptedException {
    process.close();
  }

  /** The lines of a configuration file that point here, for services with topics of their own. */
  public String yaml(String topicPrefix) {
    return """
    kafka: {bootstrap.servers: "127.0.0.1:%d", topic-prefix: "%s"}
    registry: {url: "http://127.0.0.1:%d"}
    """
        .formatted(port, topicPrefix, registryPort);
  }

  public KafkaSettings settings(String topicPrefix) {
    return KafkaSettings.from(
        ConfigFile.parse("test.yaml", yaml(topicPrefix), name -> null), new CollectorRegistry());
  }

  @Override
  public void close() throws InterruptedException {
    process.close();
  }

  /**
   * The process itself.
   *
   * @param args data directory, Kafka's port, the registry's port
   */
  public static void main(String[] args) throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(Path.of(args[0]), Integer.parseInt(args[1]));
        EmbeddedRegistry registry =
            EmbeddedRegistry.start(kafka.bootstrapServers(), Integer.parseInt(args[2]))) {
      System.out.println(READY + " at " + registry.url());
      Thread.currentThread().join();
    }
  }
}
