package dev.watchword.app.embedded;

import dev.watchword.service.config.ConfigException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.AppInfoParser;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One real Kafka node, broker and controller, in this process. Its data stay in a directory from
 * one start to the next; its ports may differ each time. It listens on 127.0.0.1 only.
 *
 * <p>A node that cannot go on ends the process with a non-zero status, after one line in the log.
 * The class may be used from any thread; {@link #close()} returns when the data are on disk.
 */
public final class EmbeddedKafka implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedKafka.class);

  private final DataDirectory directory;
  private final KafkaRaftServer server;
  private final BrokerSettings settings;

  private EmbeddedKafka(DataDirectory directory, KafkaRaftServer server, BrokerSettings settings) {
    this.directory = directory;
    this.server = server;
    this.settings = settings;
  }

  /**
   * Starts the node and returns when it takes requests.
   *
   * @param directory created when missing
   * @param port where clients connect; 0 for any free port
   * @throws ConfigException when the directory is in use, cannot be written or was written by a
   *     newer Kafka, or the port is taken
   */
  public static EmbeddedKafka start(Path directory, int port) {
    long begin = System.nanoTime();
    BrokerExit.install();
    String version = AppInfoParser.getVersion();
    DataDirectory data = DataDirectory.open(directory, version);
    try {
      BrokerSettings settings = withPorts(data.path(), port);
      data.writeVersion(version);
      if (!data.isFormatted()) {
        format(settings);
      }
      KafkaRaftServer server = startServer(settings);
      log.atInfo()
          .addKeyValue("address", settings.bootstrapServers())
          .addKeyValue("directory", data.path())
          .addKeyValue("millis", (System.nanoTime() - begin) / 1_000_000)
          .log("embedded Kafka is up");
      return new EmbeddedKafka(data, server, settings);
    } catch (RuntimeException | Error e) {
      data.close();
      throw e;
    }
  }

  /** Where clients connect, as {@code host:port}. */
  public String bootstrapServers() {
    return settings.bootstrapServers();
  }

  @Override
  public void close() {
    try {
      server.shutdown();
      server.awaitShutdown();
    } finally {
      directory.close();
    }
  }

  private static KafkaRaftServer startServer(BrokerSettings settings) {
    KafkaRaftServer server =
        new KafkaRaftServer(KafkaConfig.fromProps(settings.properties()), Time.SYSTEM);
    try {
      server.startup();
      return server;
    } catch (RuntimeException | Error e) {
      server.shutdown();
      throw e;
    }
  }

  private static void format(BrokerSettings settings) {
    String directory = settings.directory().toString();
    try {
      new Formatter()
          .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
          .setClusterId(Uuid.randomUuid().toString())
          .setNodeId(BrokerSettings.NODE_ID)
          .addDirectory(directory)
          .setMetadataLogDirectory(directory)
          .setControllerListenerName(BrokerSettings.CONTROLLER_LISTENER)
          .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
          .setReleaseVersion(MetadataVersion.latestProduction())
          .setUnstableFeatureVersionsEnabled(false)
          .setIgnoreFormatted(true)
          .setHasDynamicQuorum(false)
          .run();
    } catch (Exception e) {
      throw new IllegalStateException(
          "Cannot format %s as Kafka's data directory: %s".formatted(directory, e.getMessage()), e);
    }
  }

  /** Kafka does not tell which port it got, so free ones are found before. */
  private static BrokerSettings withPorts(Path directory, int port) {
    try (ServerSocket clients = bind(port);
        ServerSocket controller = bind(0)) {
      return new BrokerSettings(directory, clients.getLocalPort(), controller.getLocalPort());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot find free ports for the embedded Kafka.", e);
    }
  }

  private static ServerSocket bind(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByAddress(BrokerSettings.LOOPBACK), port));
      return socket;
    } catch (IOException e) {
      socket.close();
      throw new ConfigException(
          "Port %d is taken, so Kafka cannot listen there: stop what listens on it or choose another port."
              .formatted(port));
    }
  }
}
