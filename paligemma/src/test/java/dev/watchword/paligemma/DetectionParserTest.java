package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Well-formed answers and each malformed one that has been seen from real models. */
class DetectionParserTest {
  private static final List<String> CLASSES = List.of("person", "car", "traffic light");
  private static final String A = "<loc0256><loc0128><loc0768><loc0512>";
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

  private static List<EmittedToken> tokens(String text) {
    return Arrays.stream(tokenizer.encode(text))
        .mapToObj(id -> new EmittedToken(id, 0.5f, 0.9f, 0.8f))
        .toList();
  }

  private static List<Detection> parse(String text) {
    return parse(tokens(text));
  }

  private static List<Detection> parse(List<EmittedToken> tokens) {
    return new DetectionParser(vocabulary).parse(CLASSES, tokens);
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
    DetectionParser parser = new DetectionParser(vocabulary);
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
  void skipsSegmentTokens() {
    assertThat(labels(A + "<seg001>".repeat(16) + " person<eos>")).containsExactly("person");
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
