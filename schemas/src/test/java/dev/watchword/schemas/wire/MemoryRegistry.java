package dev.watchword.schemas.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The part of a schema registry that a serde asks for, in memory; counts what it was asked. */
final class MemoryRegistry implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  final List<String> requests = new CopyOnWriteArrayList<>();
  final List<String> authorizations = new CopyOnWriteArrayList<>();
  private final List<String> schemas = new ArrayList<>();
  private final Map<String, List<Integer>> subjects = new TreeMap<>();
  private final HttpServer http;
  private int outages;

  MemoryRegistry() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/", this::handle);
    http.start();
  }

  String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  /** The next answers are 503. */
  synchronized void failNext(int answers) {
    outages = answers;
  }

  private synchronized void handle(HttpExchange exchange) throws IOException {
    requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    if (authorization != null) {
      authorizations.add(authorization);
    }
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (outages > 0) {
      outages--;
      send(exchange, 503, Map.of("error_code", 50301, "message", "away"));
      return;
    }
    String[] path = exchange.getRequestURI().getPath().substring(1).split("/");
    Map<String, Object> answer =
        path[0].equals("schemas")
            ? Map.of("schema", schemas.get(Integer.parseInt(path[2]) - 1))
            : subject(
                exchange.getRequestMethod(), path, body.length == 0 ? null : JSON.readTree(body));
    send(exchange, answer.containsKey("error_code") ? 404 : 200, answer);
  }

  private Map<String, Object> subject(String method, String[] path, JsonNode body) {
    List<Integer> ids = subjects.get(path[1]);
    if (method.equals("GET")) {
      int id = ids.getLast();
      return Map.of(
          "subject", path[1], "version", ids.size(), "id", id, "schema", schemas.get(id - 1));
    }
    String schema = body.get("schema").asText();
    if (path.length == 3) {
      return Map.of("id", register(path[1], schema));
    }
    int id = schemas.indexOf(schema) + 1;
    return ids == null || !ids.contains(id)
        ? Map.of("error_code", 40403, "message", "Schema not found")
        : Map.of("subject", path[1], "version", ids.indexOf(id) + 1, "id", id, "schema", schema);
  }

  synchronized int register(String subject, String schema) {
    if (!schemas.contains(schema)) {
      schemas.add(schema);
    }
    int id = schemas.indexOf(schema) + 1;
    List<Integer> ids = subjects.computeIfAbsent(subject, s -> new ArrayList<>());
    if (!ids.contains(id)) {
      ids.add(id);
    }
    return id;
  }

  private static void send(HttpExchange exchange, int status, Object answer) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(answer);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
