package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Well-formed answers and each malformed one that has been seen from real models. */
class DetectionParserTest {
  private static final List<String> CLASSES = List.of("person", "car", "traffic light");
  private static final String A = "<loc0256><loc0128><loc0768><loc0512>";
  private static final String CODES = codes(16);
  private static final String B = "<loc0100><loc0600><loc0300><loc0900>";

  private static PromptTokenizer tokenizer;
  private static Vocabulary vocabulary;

  @BeforeAll
  static void open() throws CheckpointException {
    tokenizer = PromptTokenizer.open(EmbeddedTokenizer.file());
    vocabulary = EmbeddedTokenizer.vocabulary();
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  /** Codes 90, 91 and so on. */
  private static String codes(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "<seg%03d>".formatted(90 + i))
        .collect(Collectors.joining());
  }

  private static List<EmittedToken> tokens(String text) {
    return Arrays.stream(tokenizer.encode(text))
        .mapToObj(id -> new EmittedToken(id, 0.5f, 0.9f, 0.8f))
        .toList();
  }

  private static List<Detection> parse(String text) {
    return parse(tokens(text));
  }

  private static List<Detection> parse(List<EmittedToken> tokens) {
    return new DetectionParser(vocabulary, AnswerOptions.defaults()).parse(CLASSES, tokens);
  }

  private static List<String> labels(String text) {
    return parse(text).stream().map(Detection::label).toList();
  }

  @Test
  void readsBoxesAsTopLeftBottomRight() {
    List<Detection> detections = parse(A + " person ; " + B + " car<eos>");
    assertThat(detections).extracting(Detection::label).containsExactly("person", "car");
    assertThat(detections.getFirst().box()).isEqualTo(new Box(0.125f, 0.25f, 0.5f, 0.75f));
  }

  @Test
  void readsLabelOfSeveralWords() {
    assertThat(labels(A + " traffic light<eos>")).containsExactly("traffic light");
  }

  @Test
  void nothingFoundIsNoDetection() {
    assertThat(parse("<eos>")).isEmpty();
    assertThat(parse(List.of())).isEmpty();
    assertThat(parse("\n")).isEmpty();
  }

  @Test
  void dropsObjectWithTooFewLocations() {
    assertThat(labels("<loc0001><loc0002><loc0003> person ; " + B + " car<eos>"))
        .containsExactly("car");
  }

  @Test
  void takesTheLastFourOfTooManyLocations() {
    List<Detection> detections = parse("<loc0009>" + A + " person<eos>");
    assertThat(detections).hasSize(1);
    assertThat(detections.getFirst().box()).isEqualTo(new Box(0.125f, 0.25f, 0.5f, 0.75f));
  }

  @Test
  void dropsObjectWithoutLabel() {
    assertThat(labels(A + " ; " + B + " car<eos>")).containsExactly("car");
    assertThat(parse(A + "<eos>")).isEmpty();
    assertThat(parse(A)).isEmpty();
  }

  @Test
  void dropsLabelThatIsNoClass() {
    assertThat(labels(A + " zebra ; " + B + " car<eos>")).containsExactly("car");
    assertThat(parse(A + " catt<eos>")).isEmpty();
  }

  @Test
  void matchesCaseAndNumber() {
    assertThat(labels(A + " Person ; " + B + " cars<eos>")).containsExactly("person", "car");
    assertThat(labels(A + " people ; " + B + " traffic lights<eos>"))
        .containsExactly("person", "traffic light");
  }

  @Test
  void dropsReversedAndEmptyBoxes() {
    assertThat(parse("<loc0768><loc0128><loc0256><loc0512> person<eos>")).isEmpty();
    assertThat(parse("<loc0256><loc0512><loc0768><loc0128> person<eos>")).isEmpty();
    assertThat(parse("<loc0256><loc0128><loc0256><loc0512> person<eos>")).isEmpty();
  }

  @Test
  void keepsOneOfEqualObjects() {
    assertThat(parse((A + " person ; ").repeat(5) + A + " person<eos>")).hasSize(1);
  }

  @Test
  void keepsTheSurestOfNearlyEqualBoxes() {
    List<EmittedToken> tokens = new ArrayList<>();
    tokens.addAll(tokens(A + " person ; "));
    tokens("<loc0256><loc0128><loc0768><loc0516> person<eos>")
        .forEach(token -> tokens.add(new EmittedToken(token.id(), 0.99f, 0.9f, 0.99f)));
    List<Detection> detections = parse(tokens);
    assertThat(detections).hasSize(1);
    assertThat(detections.getFirst().box().xMax()).isEqualTo(516 / 1024f);
  }

  @Test
  void keepsDifferentClassesAtOnePlace() {
    assertThat(labels(A + " person ; " + A + " car<eos>")).containsExactly("person", "car");
  }

  @Test
  void dropsPartialLastObject() {
    assertThat(labels(A + " person ; <loc0100><loc0600><loc0300>")).containsExactly("person");
    assertThat(labels(A + " person ; " + B + " traffic")).containsExactly("person");
  }

  @Test
  void dropsCutOffLabelThatMayHaveGoneOn() {
    List<EmittedToken> cut = tokens(A + " car");
    DetectionParser parser = new DetectionParser(vocabulary, AnswerOptions.defaults());
    assertThat(parser.parse(List.of("car", "car park"), cut)).isEmpty();
    assertThat(parser.parse(List.of("car", "bus"), cut)).hasSize(1);
  }

  @Test
  void proseIsNoDetection() {
    assertThat(parse("a man stands ; next to a red car<eos>")).isEmpty();
  }

  @Test
  void locationsEndLabelWhenSeparatorIsMissing() {
    assertThat(labels(A + " person" + B + " car<eos>")).containsExactly("person", "car");
  }

  @Test
  void readsTheCodesOfAMask() {
    List<Detection> detections = parse(A + CODES + " person ; " + B + CODES + " car<eos>");

    assertThat(detections).extracting(Detection::label).containsExactly("person", "car");
    assertThat(detections.getFirst().segment())
        .contains(new Segment(IntStream.range(90, 106).boxed().toList()));
    assertThat(detections.getFirst().mask()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 17, 32})
  void otherThanSixteenCodesAreABoxWithoutMask(int count) {
    List<Detection> detections = parse(A + codes(count) + " person ; " + B + CODES + " car<eos>");

    assertThat(detections).extracting(Detection::label).containsExactly("person", "car");
    assertThat(detections.get(0).segment()).isEmpty();
    assertThat(detections.get(1).segment()).isPresent();
  }

  @Test
  void codesCountOnlyBetweenLocationsAndLabel() {
    assertThat(parse(CODES + A + " person<eos>"))
        .singleElement()
        .satisfies(found -> assertThat(found.segment()).isEmpty());
    assertThat(parse(A + " person" + CODES + " ; " + B + " car<eos>"))
        .extracting(Detection::label, Detection::segment)
        .containsExactly(tuple("person", Optional.empty()), tuple("car", Optional.empty()));
    assertThat(parse(A + CODES + " person" + CODES + "<eos>"))
        .singleElement()
        .satisfies(found -> assertThat(found.segment()).isEmpty());
    assertThat(parse("<loc0256><loc0128>" + CODES + "<loc0768><loc0512> person<eos>")).isEmpty();
  }

  @Test
  void dropsPartialLastSegment() {
    assertThat(parse(A + codes(9))).isEmpty();
    assertThat(parse(A + CODES)).isEmpty();
    assertThat(labels(A + CODES + " person ; " + B + CODES + " traffic")).containsExactly("person");
  }

  @Test
  void keepsTheSurestOfNearlyEqualSegments() {
    List<EmittedToken> tokens = new ArrayList<>(tokens(A + codes(15) + " person ; "));
    tokens("<loc0256><loc0128><loc0768><loc0516>" + CODES + " person<eos>")
        .forEach(token -> tokens.add(new EmittedToken(token.id(), 0.99f, 0.9f, 0.99f)));

    assertThat(parse(tokens))
        .singleElement()
        .satisfies(found -> assertThat(found.segment()).isPresent());
    assertThat(parse((A + CODES + " person ; ").repeat(9) + A + CODES + " person<eos>")).hasSize(1);
  }

  @Test
  void synonymsAndOtherLanguagesAreNoClass() {
    assertThat(parse(A + " pedestrian ; " + B + " Fahrzeug<eos>")).isEmpty();
    assertThat(parse(A + " persona<eos>")).isEmpty();
  }

  @Test
  void survivesAnswersThatNeverEnd() {
    assertThat(parse((A + " person ; " + B + " car ; ").repeat(40)))
        .extracting(Detection::label)
        .containsExactly("person", "car");
    assertThat(parse("<loc0001>".repeat(141))).isEmpty();
    assertThat(parse(" ;".repeat(50))).isEmpty();
  }

  @Test
  void leavesOutAWholeFrameBoxWhenAsked() {
    List<EmittedToken> whole =
        tokens("<loc0004><loc0002><loc1020><loc1019> person ; " + B + " car<eos>");
    AnswerOptions dropping = AnswerOptions.defaults().withDropsWholeFrame(true);

    assertThat(parse(whole)).hasSize(2);
    assertThat(new DetectionParser(vocabulary, dropping).parse(CLASSES, whole))
        .extracting(Detection::label)
        .containsExactly("car");
  }

  @Test
  void scaleOf1023ReachesTheEdge() {
    List<EmittedToken> tokens = tokens("<loc0000><loc0000><loc1023><loc0341> person<eos>");
    AnswerOptions scale = AnswerOptions.defaults().withLocationScale(1023);

    assertThat(parse(tokens).getFirst().box()).isEqualTo(new Box(0, 0, 341 / 1024f, 1023 / 1024f));
    assertThat(new DetectionParser(vocabulary, scale).parse(CLASSES, tokens).getFirst().box())
        .isEqualTo(new Box(0, 0, 341 / 1023f, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AnswerOptions.defaults().withLocationScale(1000))
        .withMessage("location scale 1000 is neither 1024 nor 1023");
  }

  @Test
  void scoreIsProductOfItsParts() {
    Score score = parse(A + " traffic light<eos>").getFirst().score();
    assertThat(score.object()).isEqualTo(0.9f);
    assertThat(score.label()).isCloseTo(0.5f, within(1e-6f));
    assertThat(score.location()).isCloseTo(0.8f, within(1e-6f));
    assertThat(score.value()).isCloseTo(0.36f, within(1e-6f));
  }

  @Test
  void separatorSpeaksForTheObjectAfterIt() {
    List<EmittedToken> tokens = new ArrayList<>(tokens(A + " person ; " + B + " car<eos>"));
    for (int i = 0; i < tokens.size(); i++) {
      EmittedToken token = tokens.get(i);
      if (vocabulary.text(new int[] {token.id()}).equals(" ;")) {
        tokens.set(i, new EmittedToken(token.id(), 0.5f, 0.25f, 0));
      }
    }
    assertThat(parse(tokens))
        .extracting(detection -> detection.score().object())
        .containsExactly(0.9f, 0.25f);
  }
}
