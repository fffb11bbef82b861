package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.watchword.paligemma.graph.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each engine is held to: each saving against the slowest decoder there can be, token for
 * token, on random questions.
 */
abstract class DecodingContract {
  private static final List<String> CLASSES =
      List.of("person", "car", "truck", "bag", "traffic light", "traffic cone", "red car", "zebra");
  private static final int PICTURES = 50;
  private static final int PROMPTS = 8;
  private static final int MAX_NEW_TOKENS = 24;

  private static final ModelOptions SLOW =
      ModelOptions.defaults().withThreads(1).withDecoding(Decoding.plain());

  @TempDir static Path directory;
  private static List<Known> cases;

  /** A question and its answers by the slowest decoder. */
  record Known(
      String kind,
      RgbImage image,
      TaskPrompt prompt,
      List<Integer> constrained,
      List<Integer> free) {}

  /** Loads a checkpoint onto the engine that is held to the contract. */
  abstract PaliGemma load(Path checkpoint, ModelOptions options) throws CheckpointException;

  @BeforeAll
  static void askTheSlowestDecoder() throws Exception {
    for (String kind : List.of(TinyCheckpoint.GEMMA_1, TinyCheckpoint.GEMMA_2)) {
      TinyCheckpoint.unpack(kind, directory.resolve(kind));
    }
    if (cases != null) {
      return;
    }
    cases = new ArrayList<>();
    Random random = new Random(41);
    for (String kind : List.of(TinyCheckpoint.GEMMA_1, TinyCheckpoint.GEMMA_2)) {
      TinyCheckpoint tiny = TinyCheckpoint.unpack(kind, directory.resolve(kind));
      Checkpoint checkpoint = Checkpoint.open(tiny.directory());
      Vocabulary vocabulary = Vocabulary.read(tiny.file("tokenizer.json"));
      try (OnnxBackend backend = OnnxBackend.load(checkpoint, vocabulary, 128, SLOW);
          PromptTokenizer tokenizer = PromptTokenizer.open(tiny.file("tokenizer.json"))) {
        PlainGreedy plain =
            new PlainGreedy(backend, checkpoint, vocabulary, tokenizer, MAX_NEW_TOKENS);
        for (int i = 0; i < PICTURES; i++) {
          RgbImage image = picture(random);
          List<TaskPrompt> prompts = Stream.generate(() -> prompt(random)).limit(PROMPTS).toList();
          List<List<Integer>> constrained = plain.answers(image, prompts, true);
          List<List<Integer>> free = plain.answers(image, prompts.subList(0, 1), false);
          for (int j = 0; j < PROMPTS; j++) {
            List<Integer> unbound = j < free.size() ? free.get(j) : List.of();
            cases.add(new Known(kind, image, prompts.get(j), constrained.get(j), unbound));
          }
        }
      }
    }
  }

  private static RgbImage picture(Random random) {
    int side = 8 + random.nextInt(60);
    byte[] rgb = new byte[side * side * 3];
    random.nextBytes(rgb);
    return new RgbImage(side, side, rgb);
  }

  private static TaskPrompt prompt(Random random) {
    List<String> classes = new ArrayList<>(CLASSES);
    Collections.shuffle(classes, random);
    classes = classes.subList(0, 1 + random.nextInt(4));
    String list = String.join(" ; ", classes);
    return switch (random.nextInt(16)) {
      case 0 -> TextPrompt.answer("en", "is there a " + classes.getFirst());
      case 1, 2 -> SegmentPrompt.parse("segment " + list);
      default -> DetectPrompt.parse("detect " + list);
    };
  }

  static Stream<Arguments> constrained() {
    Decoding slow = Decoding.plain().withGrammar(true);
    return Stream.of(
        Arguments.of("grammar", slow),
        Arguments.of("restricted head", slow.withRestrictedHead(true)),
        Arguments.of("jump-ahead", slow.withJumpAhead(true)),
        Arguments.of("last-layer pruning", slow.withLastLayerPruning(true)),
        Arguments.of("drafts", slow.withDrafts(true)),
        Arguments.of("all", Decoding.fast()),
        Arguments.of("all in three slots", Decoding.fast().withSlots(3)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("constrained")
  void answersAreThoseOfPlainGreedyUnderTheGrammar(String name, Decoding decoding)
      throws Exception {
    int answered = 0;
    for (String kind : List.of(TinyCheckpoint.GEMMA_1, TinyCheckpoint.GEMMA_2)) {
      Random random = new Random(name.hashCode());
      List<Known> shuffled = shuffled(kind, random);
      try (PaliGemma model = load(kind, decoding)) {
        while (!shuffled.isEmpty()) {
          List<Known> batch =
              shuffled.subList(0, Math.min(shuffled.size(), 1 + random.nextInt(20)));
          assertThat(model.generate(requests(batch, random)))
              .extracting(Generation::tokenIds)
              .containsExactlyElementsOf(batch.stream().map(Known::constrained).toList());
          answered += batch.size();
          batch.clear();
        }
      }
    }
    assertThat(answered).isEqualTo(2 * PICTURES * PROMPTS);
  }

  @Test
  void freeAnswersAreThoseOfPlainGreedy() throws Exception {
    Decoding free = Decoding.fast().withGrammar(false);
    for (String kind : List.of(TinyCheckpoint.GEMMA_1, TinyCheckpoint.GEMMA_2)) {
      Random random = new Random(7);
      try (PaliGemma model = load(kind, free)) {
        List<Known> known = new ArrayList<>(shuffled(kind, random));
        known.removeIf(one -> one.free().isEmpty());
        assertThat(model.generate(requests(known, random)))
            .extracting(Generation::tokenIds)
            .containsExactlyElementsOf(known.stream().map(Known::free).toList());
      }
    }
  }

  @Test
  void callersThatShareRoundsGetTheirOwnAnswers() throws Exception {
    try (PaliGemma model = load(TinyCheckpoint.GEMMA_1, Decoding.fast().withSlots(5));
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Callable<Void>> callers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Random random = new Random(i);
        callers.add(
            () -> {
              List<Known> mine = shuffled(TinyCheckpoint.GEMMA_1, random);
              for (int from = 0; from < 200; ) {
                int to = from + 1 + random.nextInt(8);
                List<Known> batch = mine.subList(from, to);
                assertThat(model.generate(requests(batch, random)))
                    .extracting(Generation::tokenIds)
                    .containsExactlyElementsOf(batch.stream().map(Known::constrained).toList());
                from = to;
              }
              return null;
            });
      }
      for (Future<Void> caller : threads.invokeAll(callers)) {
        caller.get();
      }
    }
  }

  @Test
  void scoresDoNotDependOnSavingsOrNeighbours() throws Exception {
    try (PaliGemma slow =
            load(TinyCheckpoint.GEMMA_1, Decoding.plain().withGrammar(true).withSlots(1));
        PaliGemma fast = load(TinyCheckpoint.GEMMA_1, Decoding.fast())) {
      Random random = new Random(3);
      List<Known> batch = shuffled(TinyCheckpoint.GEMMA_1, random).subList(0, 100);
      List<Request> requests = requests(batch, random);
      List<Generation> one = slow.generate(requests);
      List<Generation> other = fast.generate(requests);
      int boxes = 0;
      for (int i = 0; i < one.size(); i++) {
        List<Detection> expected = one.get(i).detections();
        assertThat(other.get(i).detections()).hasSameSizeAs(expected);
        for (int j = 0; j < expected.size(); j++, boxes++) {
          Score score = other.get(i).detections().get(j).score();
          assertThat(score.value()).isCloseTo(expected.get(j).score().value(), within(1e-5f));
          assertThat(score.object()).isCloseTo(expected.get(j).score().object(), within(1e-4f));
          assertThat(score.label()).isCloseTo(expected.get(j).score().label(), within(1e-4f));
        }
      }
      assertThat(boxes).isPositive();
    }
  }

  @Test
  void rightDraftTakesOnePass() throws Exception {
    try (PaliGemma model = load(TinyCheckpoint.GEMMA_2, Decoding.fast())) {
      for (Known known : shuffled(TinyCheckpoint.GEMMA_2, new Random(1)).subList(0, 50)) {
        Request request = new Request(known.image(), known.prompt(), known.constrained());
        Generation generation = model.generate(List.of(request)).getFirst();
        assertThat(generation.tokenIds()).isEqualTo(known.constrained());
        assertThat(generation.effort().passes()).isEqualTo(1);
        assertThat(generation.effort().accepted()).isEqualTo(known.constrained().size() - 1);
      }
    }
  }

  PaliGemma load(String kind, Decoding decoding) throws CheckpointException {
    return load(directory.resolve(kind), options(decoding));
  }

  static ModelOptions options(Decoding decoding) {
    return ModelOptions.defaults()
        .withThreads(1)
        .withMaxNewTokens(MAX_NEW_TOKENS)
        .withDecoding(decoding);
  }

  static List<Known> shuffled(String kind, Random random) {
    List<Known> some = new ArrayList<>(cases);
    some.removeIf(known -> !known.kind().equals(kind));
    Collections.shuffle(some, random);
    return some;
  }

  static List<Request> requests(List<Known> batch, Random random) {
    return batch.stream()
        .map(known -> new Request(known.image(), known.prompt(), draft(known, random)))
        .toList();
  }

  /** Nothing, the answer, a part of it, one with wrong tokens, one of another question, noise. */
  private static List<Integer> draft(Known known, Random random) {
    List<Integer> draft = new ArrayList<>(known.constrained());
    switch (random.nextInt(6)) {
      case 0 -> draft.clear();
      case 1 -> draft.subList(random.nextInt(draft.size()), draft.size()).clear();
      case 2 -> {
        for (int i = random.nextInt(4); i < draft.size(); i += 1 + random.nextInt(6)) {
          draft.set(i, 768 + random.nextInt(1024));
        }
      }
      case 3 -> draft = cases.get(random.nextInt(cases.size())).constrained();
      case 4 -> draft = random.ints(20, 0, 1900).boxed().toList();
      default -> draft.add(1);
    }
    return draft;
  }
}
