package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaskPromptTest {
  @ParameterizedTest
  @CsvSource({
    "detect person;car, DETECT, detect person ; car",
    "' segment  traffic   light ;car', SEGMENT, segment traffic light ; car",
    "caption  en, CAPTION, caption en",
    "cap de, CAPTION, cap de",
    "describe en, CAPTION, describe en",
    "' ocr ', OCR, ocr",
    "answer  en  where is the Dog?, ANSWER, answer en where is the Dog?",
    "answer fil ilan ang kotse, ANSWER, answer fil ilan ang kotse"
  })
  void firstWordDecides(String written, Task task, String asked) {
    TaskPrompt prompt = TaskPrompt.parse(written);

    assertThat(prompt.task()).isEqualTo(task);
    assertThat(prompt.text()).isEqualTo(asked);
    assertThat(TaskPrompt.parse(asked)).isEqualTo(prompt);
  }

  @Test
  void segmentHasClasses() {
    assertThat(TaskPrompt.parse("segment person;car;person"))
        .isEqualTo(new SegmentPrompt("segment person ; car", List.of("person", "car")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TaskPrompt.parse("segment ;"))
        .withMessage(
            "prompt 'segment ;' names no class: write, for example, 'segment person ; car'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SegmentPrompt("segment car", List.of("person")));
  }

  @ParameterizedTest
  @CsvSource({
    "detct person, detect",
    "Detect person, detect",
    "detector person, detect",
    "segments car, segment",
    "captoin en, caption",
    "OCR, ocr",
    "orc, ocr",
    "anwser en what, answer"
  })
  void suggestsTheTaskThatMayHaveBeenMeant(String text, String meant) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TaskPrompt.parse(text))
        .withMessage(
            "prompt '%s' starts with none of the tasks answer, cap, caption, describe, detect, ocr,"
                + " segment; did you mean '%s'?",
            text, meant);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "find person", "person ; car", "what is this?"})
  void namesTheTasksWhenNoneIsNear(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TaskPrompt.parse(text))
        .withMessage(
            "prompt '%s' starts with none of the tasks answer, cap, caption, describe, detect, ocr,"
                + " segment",
            text.strip());
  }

  @ParameterizedTest
  @CsvSource({
    "caption, caption en",
    "caption english, caption en",
    "describe xx, describe en",
    "answer, answer en is there a dog",
    "answer is there a dog, answer en is there a dog"
  })
  void asksForALanguage(String text, String example) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TaskPrompt.parse(text))
        .withMessage(
            "prompt '%s' names no language that the models know after its task: write, for"
                + " example, '%s'",
            text, example);
  }

  @Test
  void refusesTooLittleAndTooMuch() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TaskPrompt.parse("answer en"))
        .withMessageContaining("asks no question");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TaskPrompt.parse("ocr the sign"))
        .withMessageContaining("goes on where nothing is expected: write, for example, 'ocr'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TaskPrompt.parse("caption en please"))
        .withMessageContaining("goes on where nothing is expected");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TaskPrompt.parse("answer en what is <eos>"))
        .withMessageContaining("plain words");
  }

  @ParameterizedTest
  @ValueSource(strings = {"detect person;car", "  hello\n", "", "caption <loc0001>"})
  void freeTextStaysAsItIs(String text) {
    TextPrompt prompt = new TextPrompt(text);

    assertThat(prompt.text()).isEqualTo(text);
    assertThat(prompt.task()).isEqualTo(Task.TEXT);
  }

  @Test
  void makesTextPromptsFromTheirParts() {
    assertThat(TextPrompt.caption("en").text()).isEqualTo("caption en");
    assertThat(TextPrompt.ocr()).isEqualTo(TaskPrompt.parse("ocr"));
    assertThat(TextPrompt.answer("en", "how many cars?").text())
        .isEqualTo("answer en how many cars?");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TextPrompt("detect person", Task.DETECT));
  }
}
