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

  private static DetectionParser parser(int scale) {
    return new DetectionParser(VOCABULARY, AnswerOptions.defaults().withLocationScale(scale));
  }

  @Property(seed = "42", tries = 2000)
  void anyTokensParseToProperBoxesOfTheClasses(
      @ForAll("answers") List<EmittedToken> tokens, @ForAll("scale") int scale) {
    List<Detection> detections = parser(scale).parse(CLASSES, tokens);
    for (Detection detection : detections) {
      Box box = detection.box();
      assertThat(CLASSES).contains(detection.label());
      assertThat(Stream.of(box.xMin(), box.yMin(), box.xMax(), box.yMax()))
          .allSatisfy(side -> assertThat(side).isBetween(0f, 1f));
      assertThat(box.xMin()).isLessThan(box.xMax());
      assertThat(box.yMin()).isLessThan(box.yMax());
      assertThat(detection.score().value()).isBetween(0f, 1f);
      detection
          .segment()
          .ifPresent(
              segment ->
                  assertThat(segment.codes())
                      .allSatisfy(code -> assertThat(code).isBetween(0, 127)));
    }
    assertThat(detections).doesNotHaveDuplicates();
  }

  @Property(seed = "42", tries = 1000)
  void parsedBoxEncodesToTheTokensItCameFrom(
      @ForAll("bin") int top,
      @ForAll("bin") int left,
      @ForAll("bin") int bottom,
      @ForAll("bin") int right,
      @ForAll("scale") int scale)
      throws CheckpointException {
    List<EmittedToken> tokens =
        Stream.of(top, left, bottom, right)
            .map(bin -> token(VOCABULARY.firstLocation() + bin))
            .toList();
    int person = VOCABULARY.id("▁person");
    List<Detection> detections =
        parser(scale)
            .parse(CLASSES, Stream.concat(tokens.stream(), Stream.of(token(person))).toList());
    if (top < bottom && left < right) {
      Box box = detections.getFirst().box();
      assertThat(
              Stream.of(box.yMin(), box.xMin(), box.yMax(), box.xMax())
                  .map(side -> Math.round(side * scale)))
          .containsExactly(top, left, bottom, right);
    } else {
      assertThat(detections).isEmpty();
    }
  }

  @Property(seed = "42", tries = 500)
  void parsedSegmentEncodesToTheTokensItCameFrom(@ForAll("codes") List<Integer> codes)
      throws CheckpointException {
    Stream<Integer> box = Stream.of(10, 20, 30, 40).map(bin -> VOCABULARY.firstLocation() + bin);
    Stream<Integer> mask = codes.stream().map(code -> VOCABULARY.firstSegment() + code);
    List<EmittedToken> tokens =
        Stream.of(box, mask, Stream.of(VOCABULARY.id("▁car")))
            .flatMap(ids -> ids)
            .map(DetectionParserPropertyTest::token)
            .toList();

    assertThat(parser(1024).parse(CLASSES, tokens))
        .singleElement()
        .satisfies(found -> assertThat(found.segment()).contains(new Segment(codes)));
  }

  @Provide
  Arbitrary<Integer> scale() {
    return Arbitraries.of(1024, 1023);
  }

  @Provide
  Arbitrary<List<Integer>> codes() {
    return Arbitraries.integers().between(0, 127).list().ofSize(Segment.CODES);
  }

  @Provide
  Arbitrary<Integer> bin() {
    return Arbitraries.integers().between(0, 1023);
  }

  /** Any ids, among them some that the vocabulary lacks, with locations and labels made likely. */
  @Provide
  Arbitrary<List<EmittedToken>> answers() throws CheckpointException {
    Arbitrary<Integer> location = bin().map(bin -> VOCABULARY.firstLocation() + bin);
    Arbitrary<Integer> code =
        Arbitraries.integers().between(0, 127).map(n -> VOCABULARY.firstSegment() + n);
    Arbitrary<Integer> word =
        Arbitraries.of(
            VOCABULARY.id("▁person"),
            VOCABULARY.id("▁car"),
            VOCABULARY.id("▁;"),
            VOCABULARY.id("▁"));
    Arbitrary<Integer> any = Arbitraries.integers().between(0, VOCABULARY.size() + 60);
    Arbitrary<Float> probability = Arbitraries.floats().between(0, 1);
    Arbitrary<Integer> one =
        Arbitraries.frequencyOf(
            Tuple.of(6, location), Tuple.of(3, word), Tuple.of(1, code), Tuple.of(1, any));
    // Long runs, which single tokens hardly ever make.
    Arbitrary<List<Integer>> run =
        Arbitraries.oneOf(
            one.list().ofSize(1),
            location.list().ofSize(4),
            code.list().ofMinSize(15).ofMaxSize(17));
    Arbitrary<List<Integer>> ids =
        run.list().ofMaxSize(40).map(runs -> runs.stream().flatMap(List::stream).toList());
    return ids.flatMap(
        all ->
            Combinators.combine(probability, probability, probability)
                .as((first, second, third) -> emitted(all, first, second, third)));
  }

  private static List<EmittedToken> emitted(
      List<Integer> ids, float probability, float continuing, float neighbourhood) {
    return ids.stream()
        .map(id -> new EmittedToken(id, probability, continuing, neighbourhood))
        .toList();
  }

  private static EmittedToken token(int id) {
    return new EmittedToken(id, 1, 1, 1);
  }
}
