package dev.watchword.paligemma.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.paligemma.Box;
import dev.watchword.paligemma.Detection;
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
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteEngineTest extends RemoteFixture {
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
      for (TextPrompt prompt :
          List.of(
              TextPrompt.caption("de"),
              TextPrompt.ocr(),
              TextPrompt.answer("en", "how many cars?"),
              new TextPrompt("caption this"))) {
        Answer answer = ask(server, new Request(picture(8, 8), prompt));
        assertThat(generation(answer).text()).isEqualTo("A grey street.");
        assertThat(generation(answer).detections()).isEmpty();
      }
      assertThat(server.sent)
          .extracting(sent -> sent.body().at("/messages/0/content/1/text").asText())
          .satisfiesExactly(
              caption -> assertThat(caption).contains("one short sentence, in German"),
              ocr -> assertThat(ocr).contains("Read all text"),
              answer -> assertThat(answer).startsWith("how many cars?").contains("in English"),
              free -> assertThat(free).isEqualTo("caption this"));
    }
  }

  @Test
  void saysThatItCannotSegment() throws Exception {
    try (StandIn server = new StandIn(Say.ok(StandIn.completion("[]")))) {
      Answer answer =
          ask(server, new Request(picture(8, 8), new SegmentPrompt("segment car", List.of("car"))));

      assertThat(failed(answer).reason()).isEqualTo(Reason.UNSUPPORTED);
      assertThat(failed(answer).failure()).contains("segment car").contains("detect");
      assertThat(server.sent).isEmpty();
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
      assertThat(model.properties()).doesNotContainKey(RemoteEngine.API_KEY);
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
}
