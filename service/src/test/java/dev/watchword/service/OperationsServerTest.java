package dev.watchword.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

class OperationsServerTest {
  private record Fixed(String name, Health health) implements Service {
    @Override
    public void start() {}

    @Override
    public void close() {}
  }

  private static HttpResponse<String> get(OperationsServer server, String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
      return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  private static InetSocketAddress freePort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  @Test
  void servesMetricsInPrometheusText() throws Exception {
    CollectorRegistry registry = new CollectorRegistry();
    Counter.build("watchword_test_frames_total", "Frames.").register(registry).inc(3);
    try (OperationsServer server = OperationsServer.start(freePort(), registry, List.of())) {
      assertThat(get(server, "/metrics").body()).contains("watchword_test_frames_total 3.0");
    }
  }

  @Test
  void answers503WhileAServiceIsDown() throws Exception {
    List<Service> services =
        List.of(
            new Fixed("ingest", Health.up("2 cameras live")),
            new Fixed("archive", Health.down("disk \"full\"")));
    try (OperationsServer server =
        OperationsServer.start(freePort(), new CollectorRegistry(), services)) {
      HttpResponse<String> response = get(server, "/health");

      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.body())
          .isEqualTo(
              "{\"ok\":false,\"services\":{\"ingest\":{\"ok\":true,\"detail\":\"2 cameras live\"},"
                  + "\"archive\":{\"ok\":false,\"detail\":\"disk \\\"full\\\"\"}}}\n");
    }
  }

  @Test
  void answers200WhileAServiceIsOnlyDegraded() throws Exception {
    List<Service> services = List.of(new Fixed("ingest", Health.degraded("gate is not recorded")));
    try (OperationsServer server =
        OperationsServer.start(freePort(), new CollectorRegistry(), services)) {
      HttpResponse<String> response = get(server, "/health");

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body())
          .isEqualTo(
              "{\"ok\":true,\"services\":{\"ingest\":{\"ok\":true,\"degraded\":true,"
                  + "\"detail\":\"gate is not recorded\"}}}\n");
    }
  }
}
