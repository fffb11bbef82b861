package dev.watchword.paligemma.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.paligemma.Box;
import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.Detection;
import dev.watchword.paligemma.GemmaJsonParser.Scale;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.paligemma.Score;
import dev.watchword.paligemma.SegmentPrompt;
import dev.watchword.paligemma.TextPrompt;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.Answer.Reason;
import dev.watchword.paligemma.engine.EngineModel;
import dev.watchword.paligemma.engine.Usage;
import dev.watchword.paligemma.remote.StandIn.Say;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteEngineTest {
  private static final String SECRET = "sk-very-secret-0123456789";
  private static final DetectPrompt DETECT = DetectPrompt.parse("detect person ; car");
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

  @TempDir private Path directory;
  private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());

  private static RgbImage picture(int width, int height) {
    return new RgbImage(width, height, new byte[width * height * 3]);
  }

  private static Request detect() {
    return new Request(picture(32, 16), DETECT);
  }

  private static RemoteSettings settings(URI url, Duration timeout, int retries) {
    return new RemoteSettings(
        url, "gemma-4", 256, timeout, retries, 2, 64, 90, 2, 8, Scale.THOUSANDTHS);
  }

  private static RemoteSettings settings(StandIn server) {
    return settings(server.url(), Duration.ofSeconds(20), 2);
  }

  private RemoteGenerator generator(RemoteSettings settings) {
    return new RemoteGenerator(settings, new Endpoint(settings, pauses::add, () -> NOW));
  }

  private Answer ask(StandIn server, Request request) throws InterruptedException {
    try (RemoteGenerator generator = generator(settings(server))) {
      return generator.generate(List.of(request)).getFirst();
    }
  }

  private static Answer.Failed failed(Answer answer) {
    return (Answer.Failed) answer;
  }

  private static Generation generation(Answer answer) {
    return ((Answer.Given) answer).generation();
  }

  @ParameterizedTest
  @ValueSource(strings = {"vllm.json", "ollama.json", "llama-cpp.json"})
  void readsBoxesTokensAndCost(String body) throws Exception {
    try (StandIn server = new StandIn(Say.ok(StandIn.body(body)))) {
      Answer answer = ask(server, detect());

      assertThat(generation(answer).detections())
          .containsExactly(
              new Detection("person", new Box(0.1f, 0.2f, 0.3f, 0.4f), Score.NOT_GIVEN),
              new Detection("car", new Box(0, 0.5f, 0.25f, 1), Score.NOT_GIVEN));
      Usage usage = answer.usage();
      assertThat(usage.attempts()).isEqualTo(1);
      assertThat(usage.promptTokens()).isEqualTo(340);
      assertThat(usage.completionTokens()).isEqualTo(60);
      assertThat(usage.dollars()).isEqualTo(340 * 2e-6 + 60 * 8e-6);
      assertThat(generation(answer).text()).contains("box_2d");
    }
  }

  @Test
  void sendsAPictureAndAQuestion() throws Exception {
    try (StandIn server = new StandIn(Say.ok(StandIn.completion("[]")))) {
      assertThat(generation(ask(server, new Request(picture(200, 100), DETECT))).detections())
          .isEmpty();

      StandIn.Sent sent = server.sent.element();
      assertThat(sent.path()).isEqualTo("/v1/chat/completions");
      assertThat(sent.headers()).doesNotContainKeys("Authorization", "Upgrade");
      assertThat(sent.body().get("model").asText()).isEqualTo("gemma-4");
      assertThat(sent.body().get("temperature").asInt()).isZero();
      assertThat(sent.body().get("max_tokens").asInt()).isEqualTo(256);
      var content = sent.body().at("/messages/0/content");
      assertThat(content.at("/1/text").asText())
          .contains("person, car", "box_2d", "[y_min, x_min, y_max, x_max]", "0-1000");
      String[] data = content.at("/0/image_url/url").asText().split(",");
      assertThat(data[0]).isEqualTo("data:image/jpeg;base64");
      RgbImage arrived = RgbImage.decode(Base64.getDecoder().decode(data[1]));
      assertThat(arrived.width()).isEqualTo(64);
      assertThat(arrived.height()).isEqualTo(32);
    }
  }

  @Test
  void asksForTextInPlainWords() throws Exception {
    try (StandIn server = new StandIn(Say.ok(StandIn.completion("A grey street.")))) {
      for (String prompt :
          List.of("caption de", "ocr", "answer en how many cars?", "What is odd here?")) {
        Answer answer = ask(server, new Request(picture(8, 8), new TextPrompt(prompt)));
        assertThat(generation(answer).text()).isEqualTo("A grey street.");
        assertThat(generation(answer).detections()).isEmpty();
      }
      assertThat(server.sent)
          .extracting(sent -> sent.body().at("/messages/0/content/1/text").asText())
          .satisfiesExactly(
              caption -> assertThat(caption).contains("one short sentence, in German"),
              ocr -> assertThat(ocr).contains("Read all text"),
              answer -> assertThat(answer).startsWith("how many cars?").contains("in English"),
              free -> assertThat(free).isEqualTo("What is odd here?"));
    }
  }

  @Test
  void saysThatItCannotSegment() throws Exception {
    try (StandIn server = new StandIn(Say.ok(StandIn.completion("[]")))) {
      Answer answer =
          ask(
              server,
              new Request(picture(8, 8), new SegmentPrompt("segment car", List.of("car"))));

      assertThat(failed(answer).reason()).isEqualTo(Reason.UNSUPPORTED);
      assertThat(failed(answer).failure()).contains("segment car").contains("detect");
      assertThat(server.sent).isEmpty();
    }
  }

  @Test
  void triesAgainWhatMayPassAndWaitsAsLongAsItIsAsked() throws Exception {
    try (StandIn server =
        new StandIn(
            Say.status(429, "").with("Retry-After", "7"),
            Say.status(503, "{\"error\":{\"code\":503,\"message\":\"Loading model\"}}"),
            Say.ok(StandIn.body("vllm.json")))) {
      Answer answer = ask(server, detect());

      assertThat(generation(answer).detections()).hasSize(2);
      assertThat(answer.usage().attempts()).isEqualTo(3);
      assertThat(pauses.get(0)).isEqualTo(Duration.ofSeconds(7));
      assertThat(pauses.get(1)).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
    }
  }

  @Test
  void readsARetryDate() throws Exception {
    try (StandIn server =
        new StandIn(
            Say.status(503, "").with("Retry-After", "Sun, 01 Mar 2026 10:00:09 GMT"),
            Say.ok(StandIn.completion("[]")))) {
      ask(server, detect());
      assertThat(pauses).containsExactly(Duration.ofSeconds(9));
    }
  }

  @Test
  void givesUpAfterItsRetriesWithTheServersWords() throws Exception {
    try (StandIn server =
        new StandIn(Say.status(503, "{\"error\":{\"message\":\"Loading model\"}}"))) {
      Answer.Failed failed = failed(ask(server, detect()));

      assertThat(failed.reason()).isEqualTo(Reason.UNREACHABLE);
      assertThat(failed.failure())
          .isEqualTo(
              "the model endpoint %s/v1 answers with status 503: Loading model"
                  .formatted(server.url()));
      assertThat(server.sent).hasSize(3);
      assertThat(failed.usage().attempts()).isEqualTo(3);
    }
  }

  @Test
  void doesNotWaitLongerThanACallMayTake() throws Exception {
    try (StandIn server = new StandIn(Say.status(429, "").with("Retry-After", "3600"))) {
      assertThat(failed(ask(server, detect())).reason()).isEqualTo(Reason.UNREACHABLE);
      assertThat(pauses).isEmpty();
      assertThat(server.sent).hasSize(1);
    }
  }

  @Test
  void doesNotRepeatWhatIsRefused() throws Exception {
    try (StandIn server =
        new StandIn(
            Say.status(404, "{\"error\":{\"message\":\"model \\\"gemma-4\\\" not found\"}}"),
            Say.status(401, "{\"error\":\"no key\"}"),
            Say.status(400, "{\"object\":\"error\",\"message\":\"image too large\"}"),
            Say.status(302, "").with("Location", "http://elsewhere/"),
            Say.ok("<html>hello</html>"))) {
      assertThat(failed(ask(server, detect())).failure())
          .contains("has no model 'gemma-4'")
          .contains("not found");
      assertThat(failed(ask(server, detect())).failure()).contains("asks for an API key: no key");
      assertThat(failed(ask(server, detect())).failure()).contains("400: image too large");
      assertThat(failed(ask(server, detect())).failure()).contains("status 302");
      assertThat(failed(ask(server, detect())).failure()).contains("no chat completion");
      assertThat(server.sent).hasSize(5);
      assertThat(pauses).isEmpty();
    }
  }

  @Test
  void oneFailureIsOneRowsOwn() throws Exception {
    try (StandIn server =
        new StandIn(
            Say.ok(StandIn.completion("I see a person and two cars.")),
            Say.ok(StandIn.body("ollama.json")))) {
      RemoteSettings one =
          new RemoteSettings(
              server.url(), "m", 9, Duration.ofSeconds(9), 0, 1, 64, 90, 0, 0, Scale.AUTO);
      try (RemoteGenerator generator = generator(one)) {
        List<Answer> answers = generator.generate(List.of(detect(), detect(), detect()));

        assertThat(failed(answers.get(0)).reason()).isEqualTo(Reason.UNREADABLE);
        assertThat(failed(answers.get(0)).failure()).contains("'I see a person and two cars.'");
        assertThat(generation(answers.get(1)).detections()).hasSize(2);
        assertThat(generation(answers.get(2)).detections()).hasSize(2);
      }
    }
  }

  @Test
  void saysWhenTheTokensDidNotSuffice() throws Exception {
    String thinking =
        "{\"choices\":[{\"message\":{\"content\":null},\"finish_reason\":\"length\"}],\"usage\":{\"completion_tokens\":256}}";
    try (StandIn server = new StandIn(Say.ok(thinking))) {
      Answer.Failed failed = failed(ask(server, detect()));
      assertThat(failed.failure()).contains("256 tokens").contains("raise max-new-tokens");
      assertThat(failed.usage().dollars()).isEqualTo(256 * 8e-6);
    }
  }

  @Test
  void callsAtOnceAreBounded() throws Exception {
    try (StandIn server = new StandIn(Say.ok(StandIn.body("vllm.json")));
        RemoteGenerator generator = generator(settings(server))) {
      List<Answer> answers =
          generator.generate(IntStream.range(0, 12).mapToObj(i -> detect()).toList());

      assertThat(answers).hasSize(12).allMatch(Answer.Given.class::isInstance);
      assertThat(server.mostAtOnce.get()).isBetween(1, 2);
    }
  }

  @Test
  void timeoutCoversTheBody() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (StandIn server = new StandIn(Say.ok(StandIn.body("vllm.json")).after(never));
        RemoteGenerator generator =
            generator(settings(server.url(), Duration.ofMillis(200), 0))) {
      Answer answer = generator.generate(List.of(detect())).getFirst();
      never.countDown();

      assertThat(failed(answer).reason()).isEqualTo(Reason.UNREACHABLE);
      assertThat(failed(answer).failure()).endsWith("does not answer within 0.2 s");
    }
  }

  @Test
  void interruptCancelsWhatIsUnderWay() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (StandIn server = new StandIn(Say.ok(StandIn.body("vllm.json")).after(never));
        EngineModel model =
            EngineModel.load("Remote", directory, settings(server).options())) {
      FutureTask<List<Answer>> call = new FutureTask<>(() -> model.generate(List.of(detect())));
      Thread thread = new Thread(call);
      thread.start();
      while (server.sent.isEmpty()) {
        Thread.onSpinWait();
      }
      thread.interrupt();

      assertThatThrownBy(call::get).hasCauseInstanceOf(InterruptedException.class);
      never.countDown();
    }
  }

  @Test
  void saysThatNothingListens() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    URI closed = URI.create("http://127.0.0.1:" + port);
    try (RemoteGenerator generator = generator(settings(closed, Duration.ofSeconds(5), 1))) {
      Answer.Failed failed = failed(generator.generate(List.of(detect())).getFirst());

      assertThat(failed.failure())
          .isEqualTo(
              "the model endpoint %s/v1 cannot be reached: nothing listens there".formatted(closed));
      assertThat(failed.usage().attempts()).isEqualTo(2);
      assertThat(pauses).hasSize(1);
    }
  }

  @Test
  void isReachedThroughDjlAndKeepsTheKeyToItself() throws Exception {
    String echo = "{\"error\":{\"message\":\"wrong key " + SECRET + "\"}}";
    try (StandIn server = new StandIn(Say.ok(StandIn.body("vllm.json")), Say.status(401, echo));
        EngineModel model =
            EngineModel.load(
                "Remote",
                directory,
                settings(server).options(),
                Map.of(RemoteEngine.API_KEY, SECRET))) {
      Answer given = model.generate(List.of(detect())).getFirst();
      Answer refused = model.generate(List.of(detect())).getFirst();

      assertThat(generation(given).detections()).hasSize(2);
      assertThat(server.sent.element().headers().getFirst("Authorization"))
          .isEqualTo("Bearer " + SECRET);
      assertThat(failed(refused).failure())
          .contains("refuses the API key: wrong key ***")
          .doesNotContain(SECRET);
      assertThat(model.id().toString()).contains("gemma-4", "Remote");
      assertThat(model.property(RemoteEngine.API_KEY)).isNull();
      assertThat(
              Stream.of(model, model.id(), settings(server), new ApiKey(SECRET))
                  .map(Object::toString))
          .noneMatch(text -> text.contains(SECRET));
    }
    assertThatThrownBy(() -> new ApiKey(SECRET + "\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining(SECRET);
  }

  @Test
  void optionsCrossUnchanged() {
    RemoteSettings settings =
        settings(URI.create("https://models.example/openai/"), Duration.ofMillis(1500), 5);

    assertThat(RemoteOptions.read(settings.options())).isEqualTo(settings);
    assertThat(settings.url()).hasToString("https://models.example/openai");
    assertThatThrownBy(() -> EngineModel.load("Remote", directory, Map.of("model", "m")))
        .hasMessageContaining("needs the option 'url'");
    assertThatThrownBy(() -> RemoteOptions.read(Map.of("url", "http://h", "model", "m", "n", "1")))
        .hasMessageContaining("has no option 'n'; it has url, model");
    assertThatThrownBy(
            () -> RemoteOptions.read(Map.of("url", "http://h", "model", "m", "timeout", "5s")))
        .hasMessageContaining("option timeout cannot be '5s'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://host:8000",
        "http://host:8000/",
        "http://host:8000/v1",
        "HTTP://host:8000/v1/",
        "http://host:8000/v1/chat/completions"
      })
  void takesTheUrlAsPeopleWriteIt(String url) {
    assertThat(RemoteSettings.of(URI.create(url), "m").url()).hasToString("http://host:8000/v1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"host:8000", "ftp://host/", "http://user:key@host/v1", "http://host/v1?key=1"})
  void refusesAnyOtherUrl(String url) {
    assertThatThrownBy(() -> RemoteSettings.of(URI.create(url), "m"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("key=1")
        .hasMessageNotContaining("user:key");
  }

  @Test
  void probeTellsWhatIsServed() throws Exception {
    String list = "{\"object\":\"list\",\"data\":[{\"id\":\"gemma-4\"},{\"id\":\"other\"}]}";
    try (StandIn server =
        new StandIn(
            Say.ok(list),
            Say.ok(list.replace("gemma-4", "gemma-4:latest")),
            Say.ok(list.replace("gemma-4", "llama")),
            Say.status(401, ""))) {
      assertThat(RemoteProbe.probe(settings(server), Optional.empty()).ok()).isTrue();
      assertThat(RemoteProbe.probe(settings(server), Optional.empty()).ok()).isTrue();
      RemoteProbe other = RemoteProbe.probe(settings(server), Optional.empty());
      assertThat(other.ok()).isFalse();
      assertThat(other.sentence()).contains("serves no model 'gemma-4'; it serves llama, other");
      RemoteProbe locked = RemoteProbe.probe(settings(server), Optional.of(SECRET));
      assertThat(locked.sentence()).contains("refuses the API key").doesNotContain(SECRET);
      assertThat(server.sent.element().path()).isEqualTo("/v1/models");
    }
  }

  @Test
  void unreachableHostsAreToldApart() throws IOException, InterruptedException {
    RemoteProbe probe =
        RemoteProbe.probe(
            RemoteSettings.of(URI.create("http://no-such-host.invalid"), "m"), Optional.empty());
    assertThat(probe.sentence()).endsWith("cannot be reached: its host is unknown");
  }
}
