package dev.watchword.paligemma.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A local server in the place of a model's: says what it is told to, and keeps what it was sent. */
final class StandIn implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What was sent. */
  record Sent(String path, Headers headers, JsonNode body) {}

  /** What to say; the last one again and again. */
  record Say(int status, Map<String, String> headers, String body, CountDownLatch until) {
    static Say ok(String body) {
      return new Say(200, Map.of(), body, new CountDownLatch(0));
    }

    static Say status(int status, String body) {
      return new Say(status, Map.of(), body, new CountDownLatch(0));
    }

    Say with(String header, String value) {
      return new Say(status, Map.of(header, value), body, until);
    }

    /** Sends the headers and a first byte at once and the rest only then. */
    Say after(CountDownLatch latch) {
      return new Say(status, headers, body, latch);
    }
  }

  final Queue<Sent> sent = new ConcurrentLinkedQueue<>();
  final AtomicInteger atOnce = new AtomicInteger();
  final AtomicInteger mostAtOnce = new AtomicInteger();
  private final Queue<Say> script = new ConcurrentLinkedQueue<>();
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  StandIn(Say... script) throws IOException {
    this.script.addAll(java.util.List.of(script));
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  static String body(String name) throws IOException {
    try (InputStream in = StandIn.class.getResourceAsStream("/remote/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** A completion that says just this. */
  static String completion(String content) {
    var json = JSON.createObjectNode();
    json.putArray("choices").addObject().putObject("message").put("content", content);
    return json.toString();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void answer(HttpExchange exchange) throws IOException {
    mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
    try (exchange) {
      JsonNode body = JSON.readTree(exchange.getRequestBody());
      sent.add(new Sent(exchange.getRequestURI().getPath(), exchange.getRequestHeaders(), body));
      Say say = script.size() > 1 ? script.poll() : script.peek();
      say.headers().forEach(exchange.getResponseHeaders()::set);
      byte[] bytes = say.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(say.status(), bytes.length == 0 ? -1 : bytes.length);
      if (bytes.length > 0) {
        exchange.getResponseBody().write(bytes, 0, 1);
        exchange.getResponseBody().flush();
        say.until().await();
        exchange.getResponseBody().write(bytes, 1, bytes.length - 1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      atOnce.decrementAndGet();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
