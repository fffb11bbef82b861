package dev.watchword.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.watchword.paligemma.AnswerOptions;
import dev.watchword.paligemma.GemmaJsonParser.Scale;
import dev.watchword.paligemma.ModelId;
import dev.watchword.paligemma.Precision;
import dev.watchword.paligemma.Task;
import dev.watchword.paligemma.engine.EngineModel;
import dev.watchword.paligemma.remote.RemoteSettings;
import dev.watchword.schemas.Ids;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.config.Section;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InferenceConfigTest {
  private static final String PROMPT = "prompts: {people: {text: detect person}}\n";

  private static InferenceConfig read(String text, String... cameras) {
    Section root = ConfigFile.parse("watchword.yaml", text, name -> null);
    InferenceConfig config = InferenceConfig.from(root, "here", Set.of(cameras));
    root.rejectUnknown();
    return config;
  }

  @Test
  void onePromptIsEnough() {
    InferenceConfig config = read("prompts: {people: {text: 'detect person;car'}}");

    assertThat(config.prompts())
        .singleElement()
        .satisfies(
            prompt -> {
              assertThat(prompt.id()).isEqualTo("people");
              assertThat(prompt.version()).isEqualTo(Ids.promptVersion("detect person ; car"));
              assertThat(prompt.isFor("anything")).isTrue();
            });
    assertThat(config.modelPath()).isEmpty();
    assertThat(config.model().maxNewTokens()).isEqualTo(141);
    assertThat(config.maxBatch()).isEqualTo(8);
    assertThat(config.maxBatchDelay()).isEqualTo(Duration.ofMillis(20));
    assertThat(config.maxAge()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void readsEveryKey() {
    InferenceConfig config =
        read(
            """
            prompts:
              people: {text: detect person, cameras: [gate]}
            model: {path: /models/paligemma, engine: OnnxRuntime, threads: 2, max-new-tokens: 50, precision: int8, engine-options: {slots: 4}}
            inference: {max-batch: 4, max-batch-delay: 5ms, max-age: 1s}
            """,
            "gate",
            "yard");

    assertThat(config.prompts().get(0).isFor("yard")).isFalse();
    assertThat(config.modelPath()).contains(Path.of("/models/paligemma"));
    assertThat(config.model().threads()).isEqualTo(2);
    assertThat(config.model().precision()).isEqualTo(Precision.INT8);
    assertThat(config.engineOptions()).containsExactly(Map.entry("slots", "4"));
    assertThat(config.maxBatch()).isEqualTo(4);
  }

  @Test
  void takesPromptsOfEveryKind() {
    InferenceConfig config =
        read(
            """
            prompts:
              shapes: {text: segment person;car}
              scene: {text: caption en}
              sign: {text: ocr}
              gate: {text: answer en is the gate open}
              mood: {free-text: "Say what you see."}
            model: {mask-weights: masks.npz, loc-scale: 1023, drop-whole-frame: true}
            """);

    assertThat(config.prompts())
        .extracting(prompt -> prompt.asked().task(), prompt -> prompt.asked().text())
        .containsExactly(
            tuple(Task.SEGMENT, "segment person ; car"),
            tuple(Task.CAPTION, "caption en"),
            tuple(Task.OCR, "ocr"),
            tuple(Task.ANSWER, "answer en is the gate open"),
            tuple(Task.TEXT, "Say what you see."));
    assertThat(config.model().maxNewTokens()).isEqualTo(256);
    assertThat(config.model().answers())
        .isEqualTo(new AnswerOptions(1023, true, Optional.of(Path.of("masks.npz"))));
  }

  @Test
  void namesWhatIsWrongWithAPromptsText() {
    assertThatThrownBy(() -> read("prompts: {people: {text: detct person}}"))
        .hasMessageStartingWith("watchword.yaml:1: prompts.people.text: prompt 'detct person'")
        .hasMessageEndingWith("did you mean 'detect'?");
    assertThatThrownBy(() -> read("prompts: {scene: {text: caption}}"))
        .hasMessageContaining("write, for example, 'caption en'");
    assertThatThrownBy(() -> read("prompts: {a: {text: ocr, free-text: ocr}}"))
        .hasMessageContaining("prompts.a.free-text: stands beside text");
  }

  @Test
  void namesWhatIsWrongAndTheWayOut() {
    assertThatThrownBy(() -> read("prompts: {people: {text: find person}}"))
        .hasMessageStartingWith("watchword.yaml:1: prompts.people.text: ")
        .hasMessageContaining("detect");
    assertThatThrownBy(
            () -> read("prompts: {people: {text: detect person, cameras: [gat]}}", "gate", "yard"))
        .hasMessageContaining("there is no camera 'gat'; did you mean 'gate'?");
    assertThatThrownBy(() -> read("model: {threads: 1}")).hasMessageContaining("at least one");
    assertThatThrownBy(
            () -> read("prompts: {people: {text: detect person}}\nmodel: {engine: TensorRT}"))
        .hasMessageContaining("there is no engine 'TensorRT' in this build; engines: OnnxRuntime");
    assertThatThrownBy(
            () -> read("prompts: {people: {text: detect person}}\nmodel: {engine: onnxruntim}"))
        .hasMessageContaining("did you mean 'OnnxRuntime'?");
    assertThatThrownBy(() -> read(PROMPT + "model: {precision: int4}"))
        .hasMessageContaining(
            "model.precision: there is no precision 'int4'; there is float32, bfloat16, float16, int8");
  }

  @Test
  void readsAModelBehindAnEndpoint() throws Exception {
    InferenceConfig config =
        read(
            PROMPT
                + """
                model:
                  engine: Remote
                  max-new-tokens: 300
                  remote:
                    url: http://gpu:8000
                    model: google/gemma-4-4b-it
                    api-key: very-secret
                    timeout: 10s
                    retries: 1
                    parallel: 8
                    image-long-side: 896
                    jpeg-quality: 80
                    price-per-million-input-tokens: 0.5
                    price-per-million-output-tokens: 2
                    box-scale: auto
                """);

    assertThat(config.remote().orElseThrow().settings())
        .isEqualTo(
            new RemoteSettings(
                URI.create("http://gpu:8000/v1"),
                "google/gemma-4-4b-it",
                300,
                Duration.ofSeconds(10),
                1,
                8,
                896,
                80,
                0.5,
                2,
                Scale.AUTO));
    assertThat(config.toString()).contains("http://gpu:8000/v1").doesNotContain("very-secret");
    try (EngineModel model = config.load(Path.of("."))) {
      assertThat(model.id())
          .isEqualTo(new ModelId("google/gemma-4-4b-it", "unknown", "Remote", "unknown"));
    }
  }

  @Test
  void saysWhatARemoteModelNeeds() {
    assertThatThrownBy(() -> read(PROMPT + "model: {engine: Remote}"))
        .hasMessageContaining("model.remote.url: is missing");
    assertThatThrownBy(() -> read(PROMPT + "model: {engine: Remote, remote: {url: 'http://h'}}"))
        .hasMessageContaining("model.remote.model: is missing");
    assertThatThrownBy(() -> read(PROMPT + "model: {remote: {url: 'http://h', model: m}}"))
        .hasMessageContaining("model.remote: needs engine: Remote");
    assertThatThrownBy(
            () ->
                read(
                    PROMPT
                        + "model: {engine: Remote, path: /m, remote: {url: 'http://h', model: m}}"))
        .hasMessageContaining("model.path: has no meaning");
    assertThatThrownBy(
            () ->
                read(PROMPT + "model: {engine: Remote, remote: {url: 'http://u:pw@h', model: m}}"))
        .hasMessageContaining("model.remote.url: expected the URL")
        .hasMessageNotContaining("pw");
    assertThatThrownBy(
            () ->
                read(
                    PROMPT
                        + "model: {engine: Remote, remote: {url: 'http://h', model: m, box-scale: 100}}"))
        .hasMessageContaining("expected 1000, 1024 or auto, not '100'");
  }
}
