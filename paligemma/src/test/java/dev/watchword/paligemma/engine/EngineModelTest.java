package dev.watchword.paligemma.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.EmbeddedCheckpoint;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineModelTest {
  private static final ModelOptions OPTIONS =
      ModelOptions.defaults().withThreads(1).withMaxNewTokens(40);

  @TempDir private static Path cache;
  private static Path checkpoint;
  private static List<Request> requests;

  @BeforeAll
  static void unpack() throws IOException {
    // A name that a URL must escape, because DJL passes directories on as URLs.
    checkpoint = EmbeddedCheckpoint.extractTo(cache.resolve("Modelle für 100 %?"));
    requests =
        List.of(
            new Request(scene("01"), DetectPrompt.parse("detect person ; car ; truck ; bag")),
            new Request(scene("02"), DetectPrompt.parse("detect truck")));
  }

  private static RgbImage scene(String name) throws IOException {
    return RgbImage.decode(
        EngineModelTest.class
            .getResourceAsStream("/golden/scenes/" + name + ".png")
            .readAllBytes());
  }

  private static List<Generation> generations(List<Answer> answers) {
    return answers.stream().map(answer -> ((Answer.Given) answer).generation()).toList();
  }

  @Test
  void answersAsTheModelItselfDoes() throws Exception {
    List<String> direct;
    try (PaliGemma model = PaliGemma.load(checkpoint, OPTIONS)) {
      direct = model.generate(requests).stream().map(Generation::text).toList();
    }
    try (EngineModel model =
        EngineModel.load(OnnxRuntimeEngine.NAME, checkpoint, LocalOptions.of(OPTIONS))) {
      List<Answer> answers = model.generate(requests);

      assertThat(generations(answers)).extracting(Generation::text).isEqualTo(direct);
      assertThat(answers).allMatch(answer -> answer.usage().completionTokens() > 0);
      assertThat(model.id().engine()).isEqualTo("OnnxRuntime");
      assertThat(model.id().checkpoint()).isEqualTo("demo-checkpoint");
      assertThat(Integer.parseInt(model.properties().get(EngineModel.IMAGE_SIZE))).isPositive();
      assertThat(model.properties()).containsEntry(EngineModel.LANES, "1");
      assertThat(model.lanes()).isEqualTo(1);
      assertThat(model.generate(List.of())).isEmpty();
    }
  }

  @Test
  void plainDjlReachesTheEngineToo() throws Exception {
    Criteria<Request, Answer> criteria =
        Criteria.builder()
            .setTypes(Request.class, Answer.class)
            .optEngine("OnnxRuntime")
            .optModelPath(checkpoint)
            .optOption("max-new-tokens", "40")
            .optTranslator(new GenerationTranslator())
            .build();
    try (ZooModel<Request, Answer> model = criteria.loadModel();
        Predictor<Request, Answer> predictor = model.newPredictor()) {
      Answer one = predictor.predict(requests.getFirst());

      assertThat(generations(List.of(one)).getFirst().text()).contains("<loc");
      assertThat(model.getProperty("revision")).isNotEmpty();
    }
  }

  @Test
  void aBatchIsOneForwardPass() throws Exception {
    try (EngineModel model =
        EngineModel.load("OnnxRuntime", checkpoint, LocalOptions.of(OPTIONS))) {
      List<Generation> batch = generations(model.generate(requests));

      assertThat(batch.get(0).timings()).isSameAs(batch.get(1).timings());
    }
  }

  @Test
  void callersAtTheSameTimeGetTheirOwnAnswers() throws Exception {
    try (EngineModel model = EngineModel.load("OnnxRuntime", checkpoint, LocalOptions.of(OPTIONS));
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Callable<List<Answer>>> callers =
          requests.stream()
              .<Callable<List<Answer>>>map(one -> () -> model.generate(List.of(one)))
              .toList();
      List<String> together = new ArrayList<>();
      for (Future<List<Answer>> caller : threads.invokeAll(callers)) {
        together.add(generations(caller.get()).getFirst().text());
      }

      assertThat(generations(model.generate(requests)))
          .extracting(Generation::text)
          .isEqualTo(together);
    }
  }

  @Test
  void whatIsWrongWithADirectoryArrivesAsSaid() throws IOException {
    Path empty = Files.createDirectories(cache.resolve("empty"));

    assertThatThrownBy(() -> EngineModel.load("OnnxRuntime", empty, Map.of()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining(empty.toString());
    assertThatThrownBy(() -> EngineModel.load("OnnxRuntime", cache.resolve("no"), Map.of()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("is not a directory");
  }

  @Test
  void namesTheEnginesThatAreThere() {
    assertThatThrownBy(() -> EngineModel.load("PyTorch", checkpoint, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("there is no engine 'PyTorch'; the engines here are")
        .hasMessageContaining("OnnxRuntime");
    assertThatThrownBy(() -> EngineModel.load("OnnxRuntime", checkpoint, Map.of("thread", "1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no option 'thread'; it has threads");
    assertThatThrownBy(() -> EngineModel.load("OnnxRuntime", checkpoint, Map.of("threads", "two")))
        .hasMessageContaining("option threads: expected a whole number, not 'two'");
  }

  @Test
  void refusesAnotherEngineOfTheSameName() {
    assertThatThrownBy(() -> EngineModel.load(TakenName.NAME, checkpoint, Map.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("another engine named " + TakenName.NAME)
        .hasMessageContaining(TakenName.Foreign.class.getName());
  }

  @Test
  void neverBecomesDjlsDefaultEngineBesideAnother() {
    assertThat(Engine.getDefaultEngineName()).isNotIn(EngineModel.engines());
  }
}
