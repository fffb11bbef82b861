package dev.watchword.app.embedded;

import com.sun.net.httpserver.HttpServer;
import dev.watchword.service.config.ConfigException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A schema registry in this process: the subset of Confluent's REST API that serializers need, on
 * 127.0.0.1, with BACKWARD compatibility by default. Its state is in the compacted topic {@code
 * _schemas} of the given Kafka, in Confluent's own format, and is rebuilt from there at each start.
 * Only one registry may write to that topic.
 */
public final class EmbeddedRegistry implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedRegistry.class);

  private final SchemaStore store;
  private final HttpServer http;
  private final ExecutorService requests;

  private EmbeddedRegistry(SchemaStore store, HttpServer http, ExecutorService requests) {
    this.store = store;
    this.http = http;
    this.requests = requests;
  }

  /**
   * Reads the topic and returns when requests are taken.
   *
   * @param bootstrapServers the Kafka that keeps the schemas
   * @param port 0 for any free port
   * @throws ConfigException when the port is taken
   * @throws IllegalStateException when Kafka does not answer
   */
  public static EmbeddedRegistry start(String bootstrapServers, int port) {
    SchemaStore store = SchemaStore.open(bootstrapServers);
    try {
      HttpServer http =
          HttpServer.create(
              new InetSocketAddress(InetAddress.getByAddress(BrokerSettings.LOOPBACK), port), 0);
      ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
      http.setExecutor(requests);
      http.createContext("/", new RegistryHandler(store));
      http.start();
      EmbeddedRegistry registry = new EmbeddedRegistry(store, http, requests);
      log.atInfo()
          .addKeyValue("address", registry.url())
          .addKeyValue("subjects", store.names().size())
          .log("embedded schema registry is up");
      return registry;
    } catch (IOException e) {
      store.close();
      throw new ConfigException(
          "Port %d is taken, so the schema registry cannot listen there: stop what listens on it or choose another port."
              .formatted(port));
    }
  }

  /** The value for {@code schema.registry.url}. */
  public String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  @Override
  public void close() {
    http.stop(0);
    requests.shutdown();
    store.close();
  }
}
