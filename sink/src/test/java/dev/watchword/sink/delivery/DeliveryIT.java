package dev.watchword.sink.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.watchword.schemas.Alert;
import dev.watchword.schemas.DeadLetter;
import dev.watchword.service.Backoff;
import dev.watchword.service.HealthLog;
import dev.watchword.service.kafka.RecordDecoder;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The delivery loop against a real HTTP server. */
class DeliveryIT {
  private static final TopicPartition PARTITION = new TopicPartition("alerts", 0);
  private static final String SECRET = "a key that nobody else has";

  /** A request as it came in. */
  private record Request(String path, Map<String, String> headers, String body) {}

  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final Map<String, Deque<Integer>> answers = new ConcurrentHashMap<>();
  private final Map<String, String> retryAfter = new ConcurrentHashMap<>();
  private final List<Alert> alerts =
      IntStream.range(0, 3).mapToObj(n -> Samples.alert(n, "person")).toList();
  private final CollectorRegistry metrics = new CollectorRegistry();
  private final DeliveryMetrics counted = new DeliveryMetrics(metrics);
  private final List<Rig> rigs = new ArrayList<>();
  private Instant now = Samples.AT;
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String path = exchange.getRequestURI().getPath();
            Map<String, String> headers = new ConcurrentHashMap<>();
            exchange
                .getRequestHeaders()
                .forEach(
                    (name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
            requests.add(
                new Request(
                    path,
                    headers,
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            Deque<Integer> prepared = answers.getOrDefault(path, new ArrayDeque<>());
            int status =
                prepared.isEmpty()
                    ? 200
                    : prepared.size() == 1 && prepared.peek() < 0
                        ? -prepared.peek()
                        : prepared.poll();
            if (retryAfter.containsKey(path) && status != 200) {
              exchange.getResponseHeaders().set("Retry-After", retryAfter.get(path));
            }
            exchange.sendResponseHeaders(status, -1);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    rigs.forEach(rig -> rig.loop.close());
    server.stop(0);
  }

  private void answer(String path, Integer... statuses) {
    answers.put(path, new ArrayDeque<>(List.of(statuses)));
  }

  /** A target with a loop of its own. */
  private final class Rig {
    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("latest");
    private final MockProducer<String, Object> letters =
        new MockProducer<>(true, null, (topic, key) -> new byte[0], (topic, value) -> new byte[0]);
    private final HealthLog health = new HealthLog("delivery");
    private final DeliveryLoop loop;

    Rig(String name, String more) {
      String url = "http://localhost:" + server.getAddress().getPort() + "/" + name;
      Target target =
          Samples.target(
              name,
              "{to: webhook, url: '"
                  + url
                  + "', timeout: 5s, secret: '${env:SECRET}', "
                  + more
                  + "}",
              Map.of("SECRET", SECRET));
      DeliveryClients clients =
          new DeliveryClients(
              consumer,
              RecordDecoder.with((topic, bytes) -> alerts.get(bytes[0])),
              letters,
              "alerts",
              "alerts-dead-letter");
      loop =
          new DeliveryLoop(
              target,
              clients,
              new Webhook((WebhookMeans) target.means(), target, () -> now.toEpochMilli()),
              () -> now,
              new Random(5),
              new Backoff(Duration.ZERO, Duration.ZERO),
              counted,
              health);
      rigs.add(this);
      consumer.updateEndOffsets(Map.of(PARTITION, 0L));
      consumer.rebalance(List.of(PARTITION));
    }

    void put(int number) {
      consumer.addRecord(record(number));
    }

    private ConsumerRecord<String, byte[]> record(int number) {
      return new ConsumerRecord<>("alerts", 0, number, "gate", new byte[] {(byte) number});
    }

    /** Steps, and lets time pass, until nothing is left to do. */
    void run(int steps) throws InterruptedException {
      for (int i = 0; i < steps; i++) {
        loop.step();
        now = now.plusMillis(250);
      }
    }

    long committed() {
      OffsetAndMetadata offset =
          consumer.committed(Collections.singleton(PARTITION)).get(PARTITION);
      return offset == null ? -1 : offset.offset();
    }

    double count(String what, String target) {
      Double value =
          metrics.getSampleValue(
              "watchword_delivery_alerts_" + what + "_total",
              new String[] {"target"},
              new String[] {target});
      return value == null ? 0 : value;
    }
  }

  @Test
  void postsEachAlertSignedAndCommitsIt() throws Exception {
    Rig rig = new Rig("ops", "headers: {X-Team: night}");
    rig.put(0);
    rig.put(1);
    rig.run(4);

    assertThat(rig.committed()).isEqualTo(2);
    assertThat(requests).hasSize(2);
    Request first = requests.getFirst();
    assertThat(first.headers())
        .containsEntry("idempotency-key", alerts.getFirst().getId())
        .containsEntry("content-type", "application/json; charset=utf-8")
        .containsEntry("x-team", "night");
    assertThat(first.headers().get("watchword-signature"))
        .isEqualTo(hmac(first.headers().get("watchword-timestamp") + "." + first.body()));
    assertThat(first.headers().get("watchword-timestamp"))
        .isEqualTo(Long.toString(Samples.AT.getEpochSecond()));
    assertThat(first.body()).contains("\"reason\":\"person entered yard\"").doesNotContain(SECRET);
    assertThat(rig.count("delivered", "ops")).isEqualTo(2);
    assertThat(rig.health.current().ok()).isTrue();
  }

  private static String hmac(String text) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    StringBuilder hex = new StringBuilder("sha256=");
    for (byte each : mac.doFinal(text.getBytes(StandardCharsets.UTF_8))) {
      hex.append(String.format("%02x", each));
    }
    return hex.toString();
  }

  @Test
  void triesAgainInOrderWithTheSameKeyUntilItIsTaken() throws Exception {
    answer("/ops", 500, 503, 200);
    Rig rig = new Rig("ops", "backoff: 1s");
    rig.put(0);
    rig.put(1);
    rig.run(1);
    assertThat(rig.health.current().degraded()).isTrue();
    assertThat(rig.health.current().detail()).isEqualTo("target ops answers with status 500");
    assertThat(rig.committed()).isZero();
    rig.run(30);

    assertThat(requests).hasSize(4);
    assertThat(requests.subList(0, 3))
        .extracting(request -> request.headers().get("idempotency-key"))
        .containsOnly(alerts.get(0).getId());
    assertThat(requests.get(3).headers()).containsEntry("idempotency-key", alerts.get(1).getId());
    assertThat(rig.committed()).isEqualTo(2);
    assertThat(rig.count("retried", "ops")).isEqualTo(2);
    assertThat(rig.health.current().degraded()).isFalse();
    assertThat(rig.consumer.paused()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void waitsAsLongAsTheTargetAsks(boolean asADate) throws Exception {
    answer("/ops", 429, 200);
    String date =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(now.plusSeconds(60).atOffset(ZoneOffset.UTC));
    retryAfter.put("/ops", asADate ? date : "60");
    Rig rig = new Rig("ops", "backoff: 1s");
    rig.put(0);
    rig.run(1);
    Instant asked = now;
    rig.run(230);
    assertThat(Duration.between(asked, now)).isLessThan(Duration.ofSeconds(59));
    assertThat(requests).hasSize(1);
    rig.run(12);
    assertThat(requests).hasSize(2);
    assertThat(rig.committed()).isEqualTo(1);
  }

  @Test
  void setsAsideWhatIsRefusedAndWhatIsNeverTaken() throws Exception {
    answer("/ops", 400, 500, 500, 500, 200);
    Rig rig = new Rig("ops", "attempts: 3, backoff: 100ms");
    rig.put(0);
    rig.put(1);
    rig.put(2);
    rig.run(20);

    assertThat(requests).hasSize(5);
    assertThat(rig.committed()).isEqualTo(3);
    List<DeadLetter> letters =
        rig.letters.history().stream().map(record -> (DeadLetter) record.value()).toList();
    assertThat(letters)
        .extracting(DeadLetter::getError)
        .containsExactly(
            "the target answers with status 400", "the target answers with status 500, 3 times");
    assertThat(letters).extracting(DeadLetter::getService).containsOnly("delivery/ops");
    assertThat(rig.letters.history().getFirst().topic()).isEqualTo("alerts-dead-letter");
    assertThat(rig.count("failed", "ops")).isEqualTo(2);
    assertThat(rig.count("delivered", "ops")).isEqualTo(1);
  }

  @Test
  void aTargetThatIsAwayHoldsNobodyElseUp() throws Exception {
    answer("/away", -500);
    Rig away = new Rig("away", "backoff: 10s");
    Rig other = new Rig("other", "rules: [visitor]");
    for (Rig rig : List.of(away, other)) {
      rig.put(0);
      rig.put(1);
      rig.run(4);
    }

    assertThat(away.committed()).isZero();
    assertThat(other.committed()).isEqualTo(2);
  }

  @Test
  void whatIsSentAgainGoesToTheTargetThatHadNotTakenItAlone() throws Exception {
    Rig ops = new Rig("ops", "attempts: 1");
    Rig other = new Rig("other", "attempts: 1");
    for (Rig rig : List.of(ops, other)) {
      ConsumerRecord<String, byte[]> again = rig.record(0);
      again.headers().add("watchword-for", "delivery/ops".getBytes(StandardCharsets.UTF_8));
      rig.consumer.addRecord(again);
      rig.run(2);
      assertThat(rig.committed()).isEqualTo(1);
    }

    assertThat(requests).extracting(Request::path).containsExactly("/ops");
  }

  @Test
  void anAnswerThatNeverEndsIsNone() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    server.createContext(
        "/drip",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('.');
            exchange.getResponseBody().flush();
            over.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    Target target =
        Samples.target(
            "drip",
            "{to: webhook, url: 'http://localhost:"
                + server.getAddress().getPort()
                + "/drip', timeout: 300ms}");
    try (Channel channel = target.means().open(target)) {
      assertThat(channel.send(alerts.getFirst()))
          .isEqualTo(new Channel.Failed("gives no answer within 0.3s", Optional.empty()));
    } finally {
      over.countDown();
    }
  }

  @Test
  void leavesOutTheAlertsOfOtherRules() throws Exception {
    Rig rig = new Rig("ops", "rules: [other]");
    rig.put(0);
    rig.run(2);

    assertThat(requests).isEmpty();
    assertThat(rig.committed()).isEqualTo(1);
    assertThat(rig.count("left_out", "ops")).isEqualTo(1);
  }

  @Test
  void aTargetThatCannotBeReachedIsNamedWithoutItsAddress() throws Exception {
    Rig rig = new Rig("ops", "backoff: 1s");
    server.stop(0);
    rig.put(0);
    rig.run(1);

    assertThat(rig.health.current().detail()).isEqualTo("target ops cannot be reached");
  }
}
