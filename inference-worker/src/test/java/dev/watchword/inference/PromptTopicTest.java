package dev.watchword.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.paligemma.TextPrompt;
import dev.watchword.schemas.Prompt;
import dev.watchword.schemas.wire.GeneratedRecords;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PromptTopicTest {
  static {
    GeneratedRecords.trust();
  }

  private static final String HOST = "host:/data";
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00.123456789Z");
  private static final Instant SOON = Instant.parse("2026-03-01T10:00:01.623456Z");

  private final List<Prompt> topic = new ArrayList<>();

  private List<Prompt> seed(dev.watchword.inference.Prompt... file) {
    List<Prompt> seeds = PromptTopic.seeds(topic, List.of(file), HOST, NOW);
    topic.addAll(seeds);
    return seeds;
  }

  @Test
  void firstVersionOfAFileHoldsForAllTime() {
    assertThat(seed(Worker.prompt("people", "detect person", "gate")))
        .singleElement()
        .satisfies(
            version -> {
              assertThat(version.getEffectiveFrom()).isEqualTo(Instant.EPOCH);
              assertThat(version.getCameras()).containsExactly("gate");
              assertThat(version.getSeededBy()).isEqualTo(HOST);
              assertThat(version.getEnabled()).isTrue();
              assertThat(version.getFreeText()).isFalse();
            });
    assertThat(seed(Worker.prompt("people", "detect person", "gate"))).isEmpty();
  }

  @Test
  void changedTextHoldsFromAMomentOnThatWorkersCanKnowOf() {
    seed(Worker.prompt("people", "detect person"));

    assertThat(seed(Worker.prompt("people", "detect person ; dog")))
        .singleElement()
        .satisfies(
            version -> {
              assertThat(version.getEffectiveFrom()).isEqualTo(SOON);
              assertThat(version.getText()).isEqualTo("detect person ; dog");
            });
  }

  @Test
  void promptThatTheFileNamesNoLongerIsAskedNoMoreAndMayComeBack() {
    seed(Worker.prompt("people", "detect person"), Worker.prompt("cars", "detect car"));

    assertThat(seed(Worker.prompt("people", "detect person")))
        .singleElement()
        .satisfies(
            version -> {
              assertThat(version.getId()).isEqualTo("cars");
              assertThat(version.getEnabled()).isFalse();
              assertThat(version.getEffectiveFrom()).isEqualTo(SOON);
            });
    assertThat(seed(Worker.prompt("people", "detect person"))).isEmpty();
    assertThat(seed(Worker.prompt("people", "detect person"), Worker.prompt("cars", "detect car")))
        .singleElement()
        .satisfies(version -> assertThat(version.getEnabled()).isTrue());
  }

  @Test
  void whatWasMadeWhileRunningSurvivesTheFile() {
    seed(Worker.prompt("people", "detect person"));
    topic.add(
        PromptTopic.version(
            Worker.prompt("people", "detect person ; child"),
            NOW.minus(Duration.ofHours(1)),
            null,
            NOW));
    topic.add(PromptTopic.version(Worker.prompt("dogs", "detect dog"), NOW, null, NOW));

    assertThat(seed(Worker.prompt("people", "detect person"))).isEmpty();
    assertThat(seed()).isEmpty();
  }

  @Test
  void freeTextStaysFree() {
    assertThat(
            seed(
                new dev.watchword.inference.Prompt(
                    "talk", new TextPrompt("what is there?"), Set.of(), true)))
        .singleElement()
        .satisfies(
            version -> {
              assertThat(version.getFreeText()).isTrue();
              assertThat(version.getShadow()).isTrue();
            });
  }
}
