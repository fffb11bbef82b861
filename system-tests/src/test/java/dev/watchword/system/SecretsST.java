package dev.watchword.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.Topic;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.RtspCredentials;
import dev.watchword.simulator.RtspServer;
import dev.watchword.simulator.SceneClip;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Passwords and tokens, drawn anew for each camera, show in nothing that leaves the process. */
class SecretsST {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String SIGNS =
      "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!$&()*:#?";

  @TempDir private Path directory;

  private final Random random = new Random(7);
  private final List<String> secrets = new ArrayList<>();

  @Test
  void noAnswerTopicMetricOrLogLineHoldsASecretOfACamera() throws Exception {
    try (Broker broker = Broker.start(directory);
        RtspServer server = new RtspServer(0)) {
      Map<String, String> urls = urls(server);
      StringBuilder yaml = new StringBuilder(broker.yaml());
      yaml.append("data: ").append(directory.resolve("data")).append('\n');
      yaml.append("console: {listen: \"127.0.0.1:0\"}\noutbox: {size: 0B}\n");
      yaml.append("prompts: {people: {text: detect person}}\ncameras:\n");
      urls.forEach(
          (id, url) -> yaml.append("  %s: {url: \"%s\", open-timeout: 2s}%n".formatted(id, url)));
      Path config = Files.writeString(directory.resolve("watchword.yaml"), yaml);

      try (WatchwordProcess up =
          WatchwordProcess.start(
              directory, "up", "-c", config.toString(), "--operations-port", "0")) {
        String console = up.awaitLine("console +(http://\\S+)", LIMIT).replaceAll("/$", "");
        String metrics = up.awaitLine("metrics +(http://\\S+)", LIMIT);
        List<String> pushed = new CopyOnWriteArrayList<>();
        try (HttpClient http = HttpClient.newHttpClient()) {
          WebSocket live = live(http, console, pushed);
          Wait.until(
              "the cameras' states",
              LIMIT,
              () -> {
                String cameras = get(http, console + "/api/cameras");
                boolean told =
                    urls.keySet().stream().allMatch(id -> cameras.contains("\"" + id + "\""));
                return told && cameras.contains("LIVE") && cameras.contains("AUTH_FAILED")
                    ? cameras
                    : null;
              });
          StringBuilder said = new StringBuilder();
          for (String path : paths(urls)) {
            said.append(get(http, console + path)).append('\n');
          }
          said.append(get(http, metrics));
          said.append(get(http, metrics.replace("/metrics", "/health")));
          said.append(pushed);
          said.append(topics(broker));
          live.abort();
          up.stop(Duration.ofSeconds(15));
          said.append(up.output());

          assertThat(said.toString()).contains("127.0.0.1:" + server.port() + "/open");
          assertThat(pushed).isNotEmpty();
          for (String secret : secrets) {
            assertThat(said.indexOf(secret)).as("place of the secret %s", secret).isNegative();
          }
        }
      }
    }
  }

  private Map<String, String> urls(RtspServer server) throws IOException {
    Path clip = SceneClip.cached(directory, new DrawnScene(5, 160, 120, 5, 25));
    String user = secret().replace(":", "x");
    String password = secret();
    server.mount("open", clip, new RtspCredentials(user, password));
    server.mount("closed", clip, new RtspCredentials("other", "other"));
    Map<String, String> urls = new LinkedHashMap<>();
    urls.put("live", withLogIn(server.url("open"), user, password));
    urls.put("refused", withLogIn(server.url("closed"), secret().replace(":", "x"), secret()));
    for (String scheme : List.of("rtsp", "rtsps", "rtmp", "srt", "http", "https", "tcp")) {
      urls.put("away-" + scheme, withLogIn(scheme + "://127.0.0.1:1/x", secret(), secret()));
    }
    return urls;
  }

  private String withLogIn(String url, String user, String password) {
    String token = "t" + Long.toHexString(random.nextLong());
    secrets.addAll(List.of(user, password, coded(user), coded(password), token));
    return url.replace("//", "//" + coded(user) + ":" + coded(password) + "@") + "?key=" + token;
  }

  private String secret() {
    StringBuilder text = new StringBuilder("s");
    for (int i = 0; i < 10; i++) {
      text.append(SIGNS.charAt(random.nextInt(SIGNS.length())));
    }
    return text.toString();
  }

  private static String coded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** What the console serves, and what it refuses with a sentence. */
  private static List<String> paths(Map<String, String> urls) {
    List<String> paths = new ArrayList<>(List.of("/", "/api/cameras", "/api/detections"));
    paths.addAll(List.of("/api/detections?limit=x", "/api/none"));
    urls.keySet().forEach(id -> paths.add("/api/cameras/" + id + "/latest.jpg"));
    urls.keySet().forEach(id -> paths.add("/api/detections?camera=" + id));
    return paths;
  }

  private static String get(HttpClient http, String url) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
    var response = http.send(request, BodyHandlers.ofString(StandardCharsets.ISO_8859_1));
    return response.headers().map() + response.body();
  }

  private static WebSocket live(HttpClient http, String console, List<String> pushed) {
    URI address = URI.create(console.replace("http:", "ws:") + "/live");
    return http.newWebSocketBuilder()
        .buildAsync(
            address,
            new WebSocket.Listener() {
              @Override
              public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
                pushed.add(text.toString());
                socket.request(1);
                return null;
              }

              @Override
              public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
                pushed.add(StandardCharsets.ISO_8859_1.decode(data).toString());
                socket.request(1);
                return null;
              }
            })
        .join();
  }

  /** Keys, values and headers of all topics, as bytes. */
  private static String topics(Broker broker) throws Exception {
    StringBuilder all = new StringBuilder();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(broker.settings().consumer("test", "", Map.of()))) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (Topic topic : Topic.values()) {
        consumer
            .partitionsFor(broker.settings().name(topic))
            .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(part -> consumer.position(part) < ends.get(part))) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          all.append(record.key()).append(record.headers());
          if (record.value() != null) {
            all.append(new String(record.value(), StandardCharsets.ISO_8859_1));
          }
        }
      }
    }
    assertThat(all).isNotEmpty();
    return all.toString();
  }
}
