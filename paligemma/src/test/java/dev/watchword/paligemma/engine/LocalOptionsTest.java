package dev.watchword.paligemma.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.paligemma.AnswerOptions;
import dev.watchword.paligemma.Decoding;
import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.Precision;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LocalOptionsTest {
  @Test
  void crossUnchanged() {
    ModelOptions options =
        new ModelOptions(
            3,
            77,
            new Decoding(false, true, false, true, false, 5, 9),
            new AnswerOptions(1023, true, Optional.of(Path.of("masks", "vae-oid.npz"))),
            Optional.of(Path.of("adapter")),
            Precision.INT8,
            false);

    assertThat(LocalOptions.read("E", LocalOptions.of(options))).isEqualTo(options);
    assertThat(LocalOptions.read("E", Map.of())).isEqualTo(ModelOptions.defaults());
  }

  @Test
  void noneOfTheModelsOptionsIsLeftBehind() {
    assertThat(LocalOptions.of(ModelOptions.defaults())).hasSize((int) values(ModelOptions.class));
  }

  private static long values(Class<?> record) {
    return Stream.of(record.getRecordComponents())
        .map(RecordComponent::getType)
        .mapToLong(type -> type.isRecord() ? values(type) : 1)
        .sum();
  }

  @Test
  void namesTheOptionThatIsWrong() {
    assertThatThrownBy(() -> LocalOptions.read("E", Map.of("grammar", "no")))
        .hasMessage("option grammar: expected true or false, not 'no'");
    assertThatThrownBy(() -> LocalOptions.read("E", Map.of("threads", "0")))
        .hasMessageStartingWith("option threads: ");
    assertThatThrownBy(() -> LocalOptions.read("E", Map.of("precision", "int4")))
        .hasMessage(
            "option precision: there is no precision 'int4'; there is float32, bfloat16, float16, int8");
  }
}
