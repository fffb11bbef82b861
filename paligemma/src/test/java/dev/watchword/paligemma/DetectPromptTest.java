package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DetectPromptTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "detect person ; traffic light",
        "  detect   person;traffic light ",
        "detect person ;\n traffic \t light ;",
        "detect ; person ;; traffic light",
        "detect person ; person ; traffic light"
      })
  void bringsPromptIntoTheTrainedForm(String text) {
    DetectPrompt prompt = DetectPrompt.parse(text);
    assertThat(prompt.text()).isEqualTo("detect person ; traffic light");
    assertThat(prompt.classes()).containsExactly("person", "traffic light");
  }

  @Test
  void keepsTheCaseOfClasses() {
    assertThat(DetectPrompt.parse("detect UPS van").classes()).containsExactly("UPS van");
  }

  @ParameterizedTest
  @ValueSource(strings = {"detect", " detect ; ", "detect ;"})
  void refusesPromptWithoutClass(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DetectPrompt.parse(text))
        .withMessage(
            "prompt '%s' names no class: write, for example, 'detect person ; car'", text.strip());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "person", "detector person", "Detect person", "caption en"})
  void refusesOtherTasks(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DetectPrompt.parse(text))
        .withMessageContaining("does not start with 'detect'");
  }

  @Test
  void refusesSpecialTokens() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DetectPrompt.parse("detect <eos>"))
        .withMessageContaining("plain words");
  }

  @Test
  void textAndClassesCannotDisagree() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DetectPrompt("detect car", List.of("person")));
  }
}
