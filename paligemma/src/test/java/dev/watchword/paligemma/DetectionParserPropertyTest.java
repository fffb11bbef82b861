package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class DetectionParserPropertyTest {
  private static final Vocabulary VOCABULARY = EmbeddedTokenizer.vocabulary();
  private static final List<String> CLASSES = List.of("person", "car", "truck", "bag");

  private final DetectionParser parser = new DetectionParser(VOCABULARY);

  @Property(seed = "42", tries = 2000)
  void anyTokensParseToProperBoxesOfTheClasses(@ForAll("answers") List<EmittedToken> tokens) {
    List<Detection> detections = parser.parse(CLASSES, tokens);
    for (Detection detection : detections) {
      Box box = detection.box();
      assertThat(CLASSES).contains(detection.label());
      assertThat(Stream.of(box.xMin(), box.yMin(), box.xMax(), box.yMax()))
          .allSatisfy(side -> assertThat(side).isBetween(0f, 1f));
      assertThat(box.xMin()).isLessThan(box.xMax());
      assertThat(box.yMin()).isLessThan(box.yMax());
      assertThat(detection.score().value()).isBetween(0f, 1f);
    }
    assertThat(detections).doesNotHaveDuplicates();
  }

  @Property(seed = "42", tries = 1000)
  void parsedBoxEncodesToTheTokensItCameFrom(
      @ForAll("bin") int top,
      @ForAll("bin") int left,
      @ForAll("bin") int bottom,
      @ForAll("bin") int right)
      throws CheckpointException {
    List<EmittedToken> tokens =
        Stream.of(top, left, bottom, right)
            .map(bin -> token(VOCABULARY.firstLocation() + bin))
            .toList();
    int person = VOCABULARY.id("▁person");
    List<Detection> detections =
        parser.parse(CLASSES, Stream.concat(tokens.stream(), Stream.of(token(person))).toList());
    if (top < bottom && left < right) {
      Box box = detections.getFirst().box();
      assertThat(
              Stream.of(box.yMin(), box.xMin(), box.yMax(), box.xMax())
                  .map(side -> Math.round(side * 1024)))
          .containsExactly(top, left, bottom, right);
    } else {
      assertThat(detections).isEmpty();
    }
  }

  @Provide
  Arbitrary<Integer> bin() {
    return Arbitraries.integers().between(0, 1023);
  }

  /** Any ids, among them some that the vocabulary lacks, with locations and labels made likely. */
  @Provide
  Arbitrary<List<EmittedToken>> answers() throws CheckpointException {
    Arbitrary<Integer> location = bin().map(bin -> VOCABULARY.firstLocation() + bin);
    Arbitrary<Integer> word =
        Arbitraries.of(
            VOCABULARY.id("▁person"),
            VOCABULARY.id("▁car"),
            VOCABULARY.id("▁;"),
            VOCABULARY.id("▁"));
    Arbitrary<Integer> any = Arbitraries.integers().between(0, VOCABULARY.size() + 60);
    Arbitrary<Float> probability = Arbitraries.floats().between(0, 1);
    return Combinators.combine(
            Arbitraries.frequencyOf(Tuple.of(6, location), Tuple.of(3, word), Tuple.of(1, any)),
            probability,
            probability,
            probability)
        .as(EmittedToken::new)
        .list()
        .ofMaxSize(60);
  }

  private static EmittedToken token(int id) {
    return new EmittedToken(id, 1, 1, 1);
  }
}
