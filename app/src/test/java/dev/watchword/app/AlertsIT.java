package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.watchword.schemas.Alert;
import dev.watchword.schemas.AlertRule;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Topic;
import dev.watchword.schemas.wire.GeneratedRecords;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.sink.delivery.DeliveryService;
import dev.watchword.sink.events.EventsService;
import io.prometheus.client.CollectorRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules, alerts and their delivery on a real broker, by the command line and the services. */
class AlertsIT {
  static {
    GeneratedRecords.trust();
  }

  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private Path directory;
  private final List<Throwable> bugs = new CopyOnWriteArrayList<>();
  private final List<String> posted = new CopyOnWriteArrayList<>();
  private final Instant began = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(60);
  private final AtomicInteger sent = new AtomicInteger(6);
  private volatile int answer = 200;
  private TestBroker broker;
  private HttpServer server;
  private Path file;

  @BeforeEach
  void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            posted.add(
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(answer, -1);
          }
        });
    server.start();
    broker = new TestBroker(directory);
    file =
        Files.writeString(
            directory.resolve("watchword.yaml"),
            """
            kafka: {bootstrap.servers: '%s'}
            registry: {url: '%s'}
            data: '%s'
            prompts: {people: {text: detect person}}
            alerts:
              rules:
                visitor: {when: present, label: person}
              targets:
                ops: {to: webhook, url: 'http://localhost:%d/', backoff: 100ms, attempts: 2}
            """
                .formatted(
                    broker.address(),
                    broker.registryUrl(),
                    directory.resolve("data"),
                    server.getAddress().getPort()));
  }

  @AfterEach
  void stop() throws Exception {
    server.stop(0);
    broker.close();
    assertThat(bugs).isEmpty();
  }

  private CommandLineRun run(String... arguments) {
    String[] all = new String[arguments.length + 2];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    all[all.length - 2] = "-c";
    all[all.length - 1] = file.toString();
    return CommandLineRun.of(all);
  }

  @Test
  void rulesRaiseAlertsThatReachTheirTargets() throws Exception {
    CollectorRegistry metrics = new CollectorRegistry();
    WatchwordConfig config = WatchwordConfig.from(ConfigFile.read(file), metrics);
    ServiceContext context =
        new ServiceContext(config.kafka(), metrics, Clock.systemUTC(), bugs::add);
    try (EventsService events = new EventsService(context, config.events());
        DeliveryService delivery = new DeliveryService(context, config.delivery())) {
      events.start();
      delivery.start();
      TestBroker.await("the services", LIMIT, () -> events.health().ok() && delivery.health().ok());
      send(config.kafka(), 0, 6);

      TestBroker.await("the alert", LIMIT, () -> posted.size() == 1);
      assertThat(posted.getFirst()).contains("\"rule\":\"visitor\"", "\"camera\":\"gate\"");
      CommandLineRun tail = run("tail", "--alerts", "--from-beginning", "--count", "1");
      assertThat(tail.out().strip()).isEqualTo(posted.getFirst());

      answer = 400;
      Path more = Files.writeString(directory.resolve("more.yaml"), "again: {when: present}\n");
      assertThat(run("rule", "set", more.toString()).out()).startsWith("again version ");
      TestBroker.await(
          "the refusal",
          LIMIT,
          () -> {
            int next = sent.getAndIncrement();
            send(config.kafka(), next, next + 1);
            return run("dead-letter", "list").out().contains("alerts/");
          });
      answer = 200;
      String list = run("dead-letter", "list").out();
      assertThat(list).contains("delivery/ops").contains("answers with status 400");
      int before = posted.size();
      String letter = list.substring(list.indexOf("alerts/")).split(" ", 2)[0];
      assertThat(run("dead-letter", "send", letter).exitCode()).isZero();
      TestBroker.await("the second try", LIMIT, () -> posted.size() > before);
      assertThat(posted.getLast()).isEqualTo(posted.get(before - 1));
    }
    List<Alert> alerts = broker.read(Topic.ALERTS, Alert.class);
    assertThat(alerts).extracting(Alert::getRule).contains("visitor", "again");

    CommandLineRun preview =
        run("rule", "preview", directory.resolve("more.yaml").toString(), "--since", "1h");
    assertThat(preview.out())
        .containsPattern("gate +again +person")
        .contains("again would have fired once");
  }

  @Test
  void rulesAreSetListedShownAndRemoved() throws Exception {
    Path rules =
        Files.writeString(
            directory.resolve("rules.yaml"),
            "night: {when: dwell, zone: yard, label: [person], for: 30s, schedule: {from: 22:00,"
                + " to: 06:00}}\n");

    CommandLineRun set = run("rule", "set", rules.toString());
    assertThat(set.exitCode()).isZero();
    assertThat(set.err()).contains("warning: night: no camera of the rule draws a zone 'yard'");
    assertThat(run("rule", "list").out()).containsPattern("night +\\w{8} +run time +all +dwell ");
    String shown = run("rule", "show", "night").out();
    Path again = Files.writeString(directory.resolve("shown.yaml"), shown);
    assertThat(run("rule", "set", again.toString()).exitCode()).isZero();
    List<AlertRule> written = broker.read(Topic.ALERT_RULES, AlertRule.class);
    assertThat(written).hasSize(2);
    assertThat(written.get(1).getSettings()).isEqualTo(written.get(0).getSettings());
    assertThat(run("rule", "remove", "night").exitCode()).isZero();
    assertThat(run("rule", "list").out()).doesNotContain("night");
    assertThat(run("rule", "show", "night").err()).contains("there is no rule night");

    Files.writeString(rules, "night: {when: dwel}\n");
    CommandLineRun refused = run("rule", "set", rules.toString());
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("rules.yaml:1: night.when: there is no condition 'dwel'");
  }

  private void send(KafkaSettings settings, int from, int to) {
    try (KafkaProducer<String, FrameDetections> producer =
        new KafkaProducer<>(settings.producer("test", Map.of()))) {
      for (int i = from; i < to; i++) {
        producer.send(
            new ProducerRecord<>(
                settings.name(Topic.DETECTIONS), "gate", SeenPerson.frame(began, i)));
      }
    }
  }
}
