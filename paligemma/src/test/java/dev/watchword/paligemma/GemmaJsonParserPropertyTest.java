package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.paligemma.GemmaJsonParser.Scale;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class GemmaJsonParserPropertyTest {
  private static final List<String> CLASSES = List.of("person", "car");

  @Property(seed = "42", tries = 2000)
  void anyTextGivesProperBoxesOrNone(@ForAll("texts") String text, @ForAll Scale scale) {
    for (Detection detection :
        new GemmaJsonParser(scale).parse(CLASSES, text).orElse(List.of())) {
      Box box = detection.box();
      assertThat(CLASSES).contains(detection.label());
      assertThat(Stream.of(box.xMin(), box.yMin(), box.xMax(), box.yMax()))
          .allSatisfy(side -> assertThat(side).isBetween(0f, 1f));
    }
  }

  @Property(seed = "42", tries = 500)
  void whatAModelWritesIsReadWhereverItIsCutOff(
      @ForAll @IntRange(max = 499) int top,
      @ForAll @IntRange(max = 499) int left,
      @ForAll @IntRange(min = 1, max = 60) int kept) {
    String first =
        "[{\"box_2d\": [%d, %d, 500, 500], \"label\": \"car\"}".formatted(top, left);
    String rest = ", {\"box_2d\": [1, 1, 900, 900], \"label\": \"person\"}]";
    String text = first + rest.substring(0, Math.min(kept, rest.length()));

    List<Detection> found =
        new GemmaJsonParser(Scale.THOUSANDTHS).parse(CLASSES, text).orElseThrow();
    assertThat(found.getFirst().box())
        .isEqualTo(new Box(left / 1000f, top / 1000f, 0.5f, 0.5f));
  }

  /** Pieces of what models write, in any order, and now and then any characters. */
  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> piece =
        Arbitraries.of(
            "[", "]", "{", "}", ",", ":", "```", "```json\n", "\"box_2d\"", "\"bbox\"", "\"label\"",
            "\"person\"", "\"car\"", "\"dog\"", "'car'", "[1, 2, 300, 400]", "[0.1, 0.2, 0.9, 1.0]",
            "[-5, \"7\", 1e9, 2000]", "[1, 2, 3]", "null", "1e999", "none", "\\", "\"", " ",
            "{\"box_2d\": [10, 20, 300, 400], \"label\": \"person\"}", "{\"objects\": [");
    Arbitrary<String> built = piece.list().ofMaxSize(14).map(pieces -> String.join("", pieces));
    return Arbitraries.oneOf(built, built, Arbitraries.strings().all().ofMaxLength(80));
  }
}
