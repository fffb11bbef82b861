package dev.watchword.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.service.ServiceContext;
import dev.watchword.service.config.ConfigException;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.kafka.KafkaSettings;
import io.prometheus.client.CollectorRegistry;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class ConsoleServiceIT {
  private final List<Throwable> bugs = new CopyOnWriteArrayList<>();

  @Test
  void servesThePageWhileKafkaIsAwayAndSaysSo() throws Exception {
    try (ConsoleService console = console(0);
        HttpClient client = HttpClient.newHttpClient()) {
      assertThat(console.name()).isEqualTo("console");
      assertThat(console.health().ok()).isFalse();
      console.start();

      assertThat(console.address().getPort()).isEqualTo(console.port()).isPositive();
      HttpRequest page = HttpRequest.newBuilder(console.address()).build();
      assertThat(client.send(page, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
      assertThat(console.health().ok()).isFalse();
      console.close();
    }
    assertThat(bugs).isEmpty();
  }

  @Test
  void doesNotStartOnATakenPort() {
    try (ConsoleService first = console(0)) {
      first.start();
      try (ConsoleService second = console(first.port())) {
        assertThatThrownBy(second::start)
            .isInstanceOf(ConfigException.class)
            .hasMessageContaining("127.0.0.1:" + first.port() + " is taken");
      }
    }
    assertThat(bugs).isEmpty();
  }

  private ConsoleService console(int port) {
    CollectorRegistry registry = new CollectorRegistry();
    KafkaSettings nobody =
        KafkaSettings.from(ConfigFile.parse("test.yaml", "{}", name -> null), registry)
            .at("127.0.0.1:1", "http://127.0.0.1:1");
    return new ConsoleService(
        new ServiceContext(nobody, registry, Clock.systemUTC(), bugs::add),
        new ConsoleConfig("127.0.0.1", port));
  }
}
