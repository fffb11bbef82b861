package dev.watchword.console;

import dev.watchword.service.Health;
import dev.watchword.service.LoopThread;
import dev.watchword.service.Service;
import dev.watchword.service.ServiceContext;
import java.net.URI;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The live view in the browser, fed by the topics {@code frames}, {@code detections} and {@code
 * camera-status}.
 */
public final class ConsoleService implements Service {
  private static final Logger log = LoggerFactory.getLogger(ConsoleService.class);

  private final ServiceContext context;
  private final ConsoleMetrics metrics;
  private final LiveView view;
  private final ConsoleServer server;
  private ConsoleLoop loop;
  private LoopThread thread;
  private boolean closed;

  public ConsoleService(ServiceContext context, ConsoleConfig config) {
    this.context = context;
    this.metrics = new ConsoleMetrics(context.registry());
    Viewers viewers = new Viewers(metrics);
    this.view = new LiveView(context.clock(), LiveView.Limits.DEFAULT, metrics, viewers::accept);
    this.server = new ConsoleServer(config, view, viewers, metrics);
  }

  @Override
  public String name() {
    return "console";
  }

  /**
   * Serves the page from now on and begins to read.
   *
   * @throws dev.watchword.service.config.ConfigException when the port is taken
   */
  @Override
  public synchronized void start() {
    server.start();
    Map<String, Object> properties = context.kafka().consumer("console", "", ConsoleLoop.CONSUMER);
    loop =
        new ConsoleLoop(
            new KafkaConsumer<>(properties), context.kafka(), view, metrics, context.clock());
    thread = new LoopThread("console", loop, context.bugs()).start();
    log.atInfo().addKeyValue("address", address()).log("console open");
  }

  /** The port that is bound; known once started. */
  public int port() {
    return server.port();
  }

  /** Where a browser on this machine finds the page; known once started. */
  public URI address() {
    return server.address();
  }

  @Override
  public synchronized Health health() {
    return loop == null ? Health.down("not started") : loop.health();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (thread != null) {
      thread.close();
    }
    server.close();
  }
}
