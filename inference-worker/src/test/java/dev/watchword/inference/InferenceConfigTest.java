package dev.watchword.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.schemas.Ids;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.config.Section;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InferenceConfigTest {
  private static InferenceConfig read(String text, String... cameras) {
    Section root = ConfigFile.parse("watchword.yaml", text, name -> null);
    InferenceConfig config = InferenceConfig.from(root, Set.of(cameras));
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
            model: {path: /models/paligemma, engine: OnnxRuntime, threads: 2, max-new-tokens: 50}
            inference: {max-batch: 4, max-batch-delay: 5ms, max-age: 1s}
            """,
            "gate",
            "yard");

    assertThat(config.prompts().get(0).isFor("yard")).isFalse();
    assertThat(config.modelPath()).contains(Path.of("/models/paligemma"));
    assertThat(config.model().threads()).isEqualTo(2);
    assertThat(config.maxBatch()).isEqualTo(4);
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
        .hasMessageContaining("use OnnxRuntime");
  }
}
