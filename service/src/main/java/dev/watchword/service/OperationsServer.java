package dev.watchword.service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import io.prometheus.client.hotspot.DefaultExports;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Serves {@code /metrics} (Prometheus text) and {@code /health} (JSON; 503 when a service is down;
 * one that is only degraded says so) for the process.
 */
public final class OperationsServer implements AutoCloseable {
  private final HttpServer server;
  private final CollectorRegistry registry;
  private final List<Service> services;

  private OperationsServer(HttpServer server, CollectorRegistry registry, List<Service> services) {
    this.server = server;
    this.registry = registry;
    this.services = List.copyOf(services);
  }

  /**
   * Binds to the address (port 0 takes a free one) and adds the JVM's own metrics to the registry.
   * Throws when the port is taken.
   */
  public static OperationsServer start(
      InetSocketAddress address, CollectorRegistry registry, List<Service> services)
      throws IOException {
    OperationsServer operations =
        new OperationsServer(HttpServer.create(address, 0), registry, services);
    operations.server.createContext("/metrics", operations::metrics);
    operations.server.createContext("/health", operations::health);
    DefaultExports.register(registry);
    operations.server.start();
    return operations;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  private void metrics(HttpExchange exchange) throws IOException {
    StringWriter text = new StringWriter();
    TextFormat.write004(text, registry.metricFamilySamples());
    answer(exchange, 200, TextFormat.CONTENT_TYPE_004, text.toString());
  }

  private void health(HttpExchange exchange) throws IOException {
    boolean ok = true;
    StringBuilder parts = new StringBuilder();
    for (Service service : services) {
      Health health = service.health();
      ok &= health.ok();
      parts.append(parts.isEmpty() ? "" : ",").append(json(service.name(), health));
    }
    answer(
        exchange,
        ok ? 200 : 503,
        "application/json",
        "{\"ok\":" + ok + ",\"services\":{" + parts + "}}\n");
  }

  private static String json(String name, Health health) {
    return "\""
        + name
        + "\":{\"ok\":"
        + health.ok()
        + (health.degraded() ? ",\"degraded\":true" : "")
        + ",\"detail\":\""
        + escaped(health.detail())
        + "\"}";
  }

  private static String escaped(String text) {
    return text.chars()
        .mapToObj(
            c ->
                c == '"' || c == '\\'
                    ? "\\" + (char) c
                    : c < 0x20 ? String.format("\\u%04x", c) : String.valueOf((char) c))
        .collect(Collectors.joining());
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    try (exchange) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
