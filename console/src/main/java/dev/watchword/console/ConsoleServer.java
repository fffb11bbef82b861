package dev.watchword.console;

import dev.watchword.service.config.ConfigException;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.http.staticfiles.Location;
import io.javalin.util.JavalinBindException;
import io.javalin.websocket.WsConfig;
import io.javalin.websocket.WsContext;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The console over HTTP: the page, REST under {@code /api}, live push at {@code /live}. */
final class ConsoleServer implements AutoCloseable {
  static final int MOST_DETECTIONS = 200;

  private static final Logger log = LoggerFactory.getLogger(ConsoleServer.class);
  private static final Duration IDLE_LIMIT = Duration.ofSeconds(15);
  private static final int TRY_AGAIN_LATER = 1013;
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
              + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Referrer-Policy",
          "no-referrer",
          "X-Content-Type-Options",
          "nosniff",
          "Cache-Control",
          "no-store");

  private final ConsoleConfig config;
  private final LiveView view;
  private final Viewers viewers;
  private final ConsoleMetrics metrics;
  private final Javalin javalin;

  ConsoleServer(ConsoleConfig config, LiveView view, Viewers viewers, ConsoleMetrics metrics) {
    this.config = config;
    this.view = view;
    this.viewers = viewers;
    this.metrics = metrics;
    this.javalin = Javalin.create(this::configure);
  }

  /** Throws {@link ConfigException} when the port is taken. */
  void start() {
    try {
      javalin.start(config.host(), config.port());
    } catch (JavalinBindException e) {
      throw new ConfigException(
          "console.listen: "
              + config.urlHost()
              + ":"
              + config.port()
              + " is taken by another program; stop that one, or set another port (0 takes a free"
              + " one)");
    }
  }

  int port() {
    return javalin.port();
  }

  URI address() {
    return URI.create("http://" + config.urlHost() + ":" + port() + "/");
  }

  private void configure(JavalinConfig server) {
    server.startup.showJavalinBanner = false;
    server.startup.showOldJavalinVersionWarning = false;
    server.startup.startupWatcherEnabled = false;
    server.concurrency.useVirtualThreads = true;
    server.http.maxRequestSize = 64 << 10;
    server.staticFiles.add(
        files -> {
          files.directory = "/dev/watchword/console/web";
          files.location = Location.CLASSPATH;
          files.headers = Map.of();
        });
    // JPEG does not compress; deflating it would cost more than all the rest of the console.
    server.jetty.modifyWebSocketServletFactory(
        factory -> factory.getAvailableExtensionNames().remove("permessage-deflate"));
    routes(server.routes);
  }

  private void routes(RoutesConfig routes) {
    routes.before(this::guard);
    routes.wsBeforeUpgrade(this::guard);
    routes.get("/api/cameras", this::cameras);
    routes.get("/api/cameras/{id}/latest.jpg", this::latestJpeg);
    routes.get("/api/detections", this::detections);
    routes.ws("/live", this::live);
    routes.exception(Refusal.class, (e, context) -> error(context, e.status, e.getMessage()));
    routes.exception(
        RuntimeException.class,
        (e, context) -> {
          log.atError().addKeyValue("path", context.path()).setCause(e).log("request failed");
          error(context, HttpStatus.INTERNAL_SERVER_ERROR, "The console failed; its log says why.");
        });
    routes.error(
        HttpStatus.NOT_FOUND,
        context -> {
          if (context.attribute("explained") == null) {
            error(context, HttpStatus.NOT_FOUND, "There is nothing at " + context.path() + ".");
          }
        });
  }

  private void guard(Context context) {
    HEADERS.forEach(context::header);
    Optional<String> refusal = SameOrigin.refusal(context.header("Host"), context.header("Origin"));
    if (refusal.isPresent()) {
      metrics.refused();
      throw new Refusal(HttpStatus.FORBIDDEN, refusal.get());
    }
  }

  private void cameras(Context context) {
    json(context, Map.of("cameras", view.cameras()));
  }

  private void latestJpeg(Context context) {
    String camera = context.pathParam("id");
    if (!view.knows(camera)) {
      throw new Refusal(HttpStatus.NOT_FOUND, "There is no camera '" + camera + "'.");
    }
    ByteBuffer jpeg =
        view.latestJpeg(camera)
            .orElseThrow(
                () ->
                    new Refusal(
                        HttpStatus.NOT_FOUND,
                        "Camera '" + camera + "' has not sent a picture yet."));
    byte[] bytes = new byte[jpeg.remaining()];
    jpeg.get(bytes);
    context.contentType("image/jpeg").result(bytes);
  }

  private void detections(Context context) {
    int limit = limit(context.queryParam("limit"));
    Optional<String> camera = Optional.ofNullable(context.queryParam("camera"));
    json(context, Map.of("detections", view.detections(camera, limit)));
  }

  private static int limit(String text) {
    if (text == null) {
      return MOST_DETECTIONS;
    }
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= MOST_DETECTIONS) {
        return limit;
      }
    } catch (NumberFormatException e) {
      // Answered below like a number out of range.
    }
    throw new Refusal(
        HttpStatus.BAD_REQUEST,
        "limit is a whole number from 1 to " + MOST_DETECTIONS + ", not '" + text + "'.");
  }

  private void live(WsConfig live) {
    live.onConnect(
        context -> {
          Session session = context.session;
          session.setIdleTimeout(IDLE_LIMIT);
          session.setMaxTextMessageSize(1024);
          session.setMaxBinaryMessageSize(1024);
          Viewer viewer = new Viewer((message, sent) -> send(session, message, sent), metrics);
          if (!viewers.join(context.sessionId(), viewer, view)) {
            context.closeSession(TRY_AGAIN_LATER, "Too many browsers watch; close one.");
          }
        });
    live.onClose(this::left);
    live.onError(this::left);
  }

  private void left(WsContext context) {
    viewers.leave(context.sessionId());
  }

  private static void send(Session session, Message message, Callback sent) {
    switch (message) {
      case Message.Text text -> session.sendText(text.json(), sent);
      case Message.Binary picture -> session.sendBinary(picture.bytes().duplicate(), sent);
    }
  }

  private static void json(Context context, Object value) {
    context.contentType("application/json").result(Message.json(value));
  }

  private static void error(Context context, HttpStatus status, String sentence) {
    context.attribute("explained", true);
    context.status(status);
    json(context, Map.of("error", sentence));
  }

  @Override
  public void close() {
    javalin.stop();
  }

  /** Why a request is not served, as one sentence for its sender. */
  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final HttpStatus status;

    Refusal(HttpStatus status, String sentence) {
      super(sentence, null, false, false);
      this.status = status;
    }
  }
}
