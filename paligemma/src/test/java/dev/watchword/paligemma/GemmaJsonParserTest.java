package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.paligemma.GemmaJsonParser.Scale;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GemmaJsonParserTest {
  private static final List<String> CLASSES = List.of("person", "car", "traffic light");
  private static final Detection PERSON =
      new Detection("person", new Box(0.1f, 0.2f, 0.3f, 0.4f), Score.NOT_GIVEN);

  private static Optional<List<Detection>> parse(String text) {
    return new GemmaJsonParser(Scale.THOUSANDTHS).parse(CLASSES, text);
  }

  private static List<Detection> boxes(Scale scale, String text) {
    return new GemmaJsonParser(scale).parse(CLASSES, text).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{\"box_2d\": [200, 100, 400, 300], \"label\": \"person\"}]",
        "```json\n[{\"box_2d\": [200, 100, 400, 300], \"label\": \"person\"}]\n```",
        "```\n[{\"box_2d\": [200, 100, 400, 300], \"label\": \"person\"}]",
        "{\"box_2d\": [200, 100, 400, 300], \"label\": \"person\"}",
        "{\"objects\": [{\"box_2d\": [200, 100, 400, 300], \"label\": \"person\"}]}",
        "{\"boxes\": [{\"bbox\": [200, 100, 400, 300], \"class\": \"person\"}]}",
        "[{\"bounding_box\": [\"200\", \"100\", \"400\", \"300\"], \"name\": \"Person\"}]",
        "[{\"box\": [200.0, 100.0, 400.0, 300.0], \"category\": \"persons\", \"confidence\": 0.97}]",
        "Boxes as [y, x, y, x]: [{\"box_2d\": [200, 100, 400, 300], \"label\": \"person\"}] Done.",
        "[{\"box_2d\": [200, 100, 400, 300], \"label\": \"person\"}, {\"box_2d\": [1, 2, 3",
        "{\"objects\": [{\"box_2d\": [200, 100, 400, 300], \"label\": \"person\"}, {\"box_",
        "Sure! {'box_2d': [200, 100, 400, 300], 'label': 'person',}",
        "[{\"box_2d\": [0.2, 0.1, 0.4, 0.3], \"label\": \"person\"}]",
      })
  void findsThePerson(String text) {
    assertThat(parse(text)).contains(List.of(PERSON));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  \n",
        "[]",
        "```json\n[]\n```",
        "none",
        "None.",
        "No objects",
        "no objects detected.",
        "{\"objects\": []}",
        "[{\"box_2d\": [200, 100, 200, 300], \"label\": \"person\"}]",
        "[{\"box_2d\": [400, 100, 200, 300], \"label\": \"person\"}]",
        "[{\"box_2d\": [200, 100, 400, 300], \"label\": \"dog\"}]",
      })
  void findsNothing(String text) {
    assertThat(parse(text)).contains(List.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "I see a person on the left.",
        "[1, 2, 3]",
        "{\"error\": \"no\"}",
        "[{\"label\": \"person\"}]",
        "[{\"box_2d\": [200, 100, 400], \"label\": \"person\"}]",
        "[{\"box_2d\": [200, 100, 400, \"wide\"], \"label\": \"person\"}]",
        "[{\"box_2d\": [200, 100, 400, \"NaN\"], \"label\": \"person\"}]",
        "[{\"box_2d\": [200, 100, 400, 300], \"label\": 7}]",
        "[{\"box_2d\": [200, 100",
        "true",
      })
  void doesNotUnderstand(String text) {
    assertThat(parse(text)).isEmpty();
  }

  @Test
  void keepsTheModelsOrderAndDropsRepetitions() {
    assertThat(
            parse(
                "[{\"box_2d\":[0,0,9,9],\"label\":\"car\"},{\"box_2d\":[200,100,400,300],\"label\":\"person\"},"
                    + "{\"box_2d\":[0,0,9,9],\"label\":\"car\"}]"))
        .hasValueSatisfying(
            found -> assertThat(found).extracting(Detection::label).containsExactly("car", "person"));
  }

  @Test
  void readsCoordinatesInTheScaleThatItIsTold() {
    String wide = "[{\"box_2d\": [0, 0, 512, 1024], \"label\": \"car\"}]";
    assertThat(boxes(Scale.PARTS_OF_1024, wide).getFirst().box()).isEqualTo(new Box(0, 0, 1, 0.5f));
    assertThat(boxes(Scale.AUTO, wide).getFirst().box()).isEqualTo(new Box(0, 0, 1, 0.5f));
    assertThat(boxes(Scale.THOUSANDTHS, wide).getFirst().box())
        .isEqualTo(new Box(0, 0, 1, 0.512f));

    String tiny = "[{\"box_2d\": [0, 0, 1, 1], \"label\": \"car\"}]";
    assertThat(boxes(Scale.AUTO, tiny).getFirst().box()).isEqualTo(new Box(0, 0, 1, 1));
    assertThat(boxes(Scale.THOUSANDTHS, tiny).getFirst().box())
        .isEqualTo(new Box(0, 0, 0.001f, 0.001f));
  }

  @Test
  void bringsWhatLiesOutsideToTheEdge() {
    assertThat(parse("[{\"box_2d\": [-20, 500, 1200, 1001], \"label\": \"traffic light\"}]"))
        .hasValueSatisfying(
            found -> assertThat(found.getFirst().box()).isEqualTo(new Box(0.5f, 0, 1, 1)));
  }
}
