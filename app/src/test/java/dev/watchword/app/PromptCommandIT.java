package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.Prompt;
import dev.watchword.schemas.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptCommandIT {
  @TempDir private Path directory;
  private TestBroker broker;
  private Path file;

  @BeforeEach
  void start() throws Exception {
    broker = new TestBroker(directory);
    file =
        broker.config(directory.resolve("watchword.yaml"), "cameras: {gate: {url: 'rtsp://h/'}}");
  }

  @AfterEach
  void stop() throws Exception {
    broker.close();
  }

  private CommandLineRun run(String... arguments) {
    return CommandLineRun.of(file, "prompt", arguments);
  }

  private List<Prompt> topic() throws Exception {
    return broker.read(Topic.PROMPTS, Prompt.class);
  }

  @Test
  void writesVersionsThatTakeEffectASecondLaterAtTheEarliest() throws Exception {
    Instant before = Instant.now();
    assertThat(run("set", "people", "detect person ; child", "--camera", "gate", "--shadow").out())
        .startsWith("people version ");

    Prompt version = topic().get(0);
    assertThat(version.getEffectiveFrom())
        .isBetween(before.plusSeconds(1), Instant.now().plusSeconds(2));
    assertThat(version.getText()).isEqualTo("detect person ; child");
    assertThat(version.getCameras()).containsExactly("gate");
    assertThat(version.getShadow()).isTrue();
    assertThat(version.getSeededBy()).isNull();
    assertThat(run("list").out())
        .containsPattern("people .* run time +gate +\\(shadow\\) detect person ; child");

    assertThat(run("remove", "people").exitCode()).isZero();
    assertThat(topic()).extracting(Prompt::getEnabled).containsExactlyInAnyOrder(true, false);
    assertThat(run("remove", "people").err()).contains("there is no prompt people");
  }

  @Test
  void waitsForTheMomentThatIsNamed() throws Exception {
    Instant later = Instant.parse("2126-03-01T10:00:00Z");
    assertThat(run("set", "people", "detect person", "--from", later.toString()).exitCode())
        .isZero();

    assertThat(topic().get(0).getEffectiveFrom()).isEqualTo(later);
    assertThat(run("list").out()).contains("2126-03-01T10:00:00Z");
  }

  @Test
  void refusesWhatCannotBeAskedOrComesTooLate() throws Exception {
    assertThat(run("set", "people", "detekt person").err()).contains("prompt people: ");
    assertThat(
            run(
                    "set",
                    "people",
                    "detect person",
                    "--from",
                    Instant.now().minus(Duration.ofHours(1)).toString())
                .err())
        .contains("is too early");
    assertThat(topic()).isEmpty();
  }
}
