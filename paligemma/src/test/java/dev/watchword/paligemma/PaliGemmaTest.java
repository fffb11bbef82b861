package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded checkpoint against what transformers generates from it. */
class PaliGemmaTest {
  private static PaliGemma model;
  private static List<JsonNode> cases;

  @BeforeAll
  static void load(@TempDir Path cache) throws Exception {
    model =
        PaliGemma.load(
            EmbeddedCheckpoint.extractTo(cache),
            ModelOptions.defaults()
                .withThreads(1)
                .withMaxNewTokens(40)
                .withDecoding(Decoding.fast().withGrammar(false)));
    cases = Golden.cases("demo.json");
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void saysWhatTransformersSays() {
    for (JsonNode golden : cases) {
      Generation generation = model.generate(List.of(Golden.request(golden))).getFirst();
      assertThat(generation.text()).as("%s", golden.get("scene")).isEqualTo(text(golden));
      assertThat(generation.tokens()).isEqualTo(golden.get("tokens").size());
    }
  }

  @Test
  void raggedBatchAnswersAsSingleRequestsDo() {
    List<JsonNode> shuffled = new ArrayList<>(cases);
    Collections.shuffle(shuffled, new java.util.Random(5));
    List<Generation> batch = model.generate(shuffled.stream().map(Golden::request).toList());
    assertThat(batch)
        .extracting(Generation::text)
        .containsExactlyElementsOf(shuffled.stream().map(PaliGemmaTest::text).toList());
  }

  @Test
  void requestsOfOneFrameShareItAndKeepTheirOwnAnswers() {
    RgbImage frame = Golden.scene(cases.get(5));
    RgbImage other = Golden.scene(cases.get(2));
    DetectPrompt all = DetectPrompt.parse("detect person ; car ; truck ; bag");
    DetectPrompt trucks = DetectPrompt.parse("detect car ; truck");
    List<Request> requests =
        List.of(
            new Request(frame, all),
            new Request(other, trucks),
            new Request(frame, trucks),
            new Request(other, all));
    List<String> alone =
        requests.stream()
            .map(request -> model.generate(List.of(request)).getFirst().text())
            .toList();
    assertThat(model.generate(requests))
        .extracting(Generation::text)
        .containsExactlyElementsOf(alone);
  }

  @Test
  void boxesAreThoseOfTheText() {
    for (JsonNode golden : cases) {
      Generation generation = model.generate(List.of(Golden.request(golden))).getFirst();
      assertThat(generation.detections()).hasSizeLessThanOrEqualTo(20);
      for (Detection detection : generation.detections()) {
        Box box = detection.box();
        assertThat(text(golden))
            .contains(
                "<loc%04d><loc%04d><loc%04d><loc%04d> %s"
                    .formatted(
                        Math.round(box.yMin() * 1024),
                        Math.round(box.xMin() * 1024),
                        Math.round(box.yMax() * 1024),
                        Math.round(box.xMax() * 1024),
                        detection.label()));
        assertThat(detection.score().value()).isBetween(0f, 1f);
        assertThat(detection.score().object()).isGreaterThan(0.5f);
        assertThat(detection.score().location()).isBetween(0f, 1.0001f);
      }
    }
  }

  @Test
  void severalThreadsGetTheSameAnswers() throws Exception {
    List<Callable<List<String>>> calls =
        Collections.nCopies(
            4,
            () ->
                model.generate(cases.stream().map(Golden::request).toList()).stream()
                    .map(Generation::text)
                    .toList());
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<List<String>> answer : threads.invokeAll(calls)) {
        assertThat(answer.get())
            .containsExactlyElementsOf(cases.stream().map(PaliGemmaTest::text).toList());
      }
    }
  }

  @Test
  void answersAreCutOffAtTheTokenLimit(@TempDir Path cache) throws Exception {
    JsonNode golden = cases.stream().filter(one -> one.get("tokens").size() > 6).findFirst().get();
    try (PaliGemma brief =
        PaliGemma.load(
            EmbeddedCheckpoint.extractTo(cache),
            ModelOptions.defaults().withThreads(1).withMaxNewTokens(3))) {
      Generation generation = brief.generate(List.of(Golden.request(golden))).getFirst();
      assertThat(generation.tokens()).isEqualTo(3);
      assertThat(text(golden)).startsWith(generation.text());
      assertThat(generation.detections()).isEmpty();
    }
  }

  @Test
  void tellsWhatItIs() {
    assertThat(model.imageSize()).isEqualTo(224);
    assertThat(model.id().checkpoint()).isEqualTo("demo-checkpoint");
    assertThat(model.id().revision()).matches("[0-9a-f]{12}");
    assertThat(model.id().engine()).isEqualTo("OnnxRuntime");
    assertThat(model.generate(List.of())).isEmpty();
  }

  @Test
  void refusesPromptThatIsTooLong() {
    DetectPrompt endless = DetectPrompt.parse("detect " + "zebra crossing ".repeat(100));
    Request request = new Request(Golden.scene(cases.getFirst()), endless);
    assertThatThrownBy(() -> model.generate(List.of(request)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("write a shorter one");
  }

  private static String text(JsonNode golden) {
    return golden.get("text").asText();
  }
}
