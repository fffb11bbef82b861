package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.paligemma.engine.LocalModel;
import dev.watchword.paligemma.graph.PlanShapes;
import dev.watchword.paligemma.graph.PlanSizes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.Arguments;

/** The graphs that engines compile, at fixed shapes and with slots, run by ONNX Runtime. */
class PlanDecodingTest extends DecodingContract {
  private final List<OnnxPlans> opened = new ArrayList<>();

  @Override
  PaliGemma load(Path checkpoint, ModelOptions options) throws CheckpointException {
    int slots = Math.min(8, options.decoding().slots());
    return load(checkpoint, options, List.of(1, Math.min(3, slots), slots));
  }

  private PaliGemma load(Path checkpoint, ModelOptions options, List<Integer> batches)
      throws CheckpointException {
    PlanShapes shapes =
        new PlanShapes(batches, List.of(1, 4, 24), List.of(40, 80), 64, options.maxNewTokens());
    return PaliGemma.load(checkpoint, options, shapes, OnnxPlans.loader(opened));
  }

  /** Which head and which layers run is a plan's own affair. */
  static Stream<Arguments> constrained() {
    Decoding slow = Decoding.plain().withGrammar(true);
    return Stream.of(
        Arguments.of("grammar", slow),
        Arguments.of("jump-ahead", slow.withJumpAhead(true)),
        Arguments.of("all", Decoding.fast()),
        Arguments.of("all in three slots", Decoding.fast().withSlots(3)));
  }

  @Test
  void passesTakeTheSmallestSizesThatHoldThem() throws Exception {
    List<Known> some = shuffled(TinyCheckpoint.GEMMA_1, new Random(9)).subList(0, 5);
    Decoding oneByOne = Decoding.fast().withDrafts(false).withJumpAhead(false);
    try (PaliGemma model =
        load(directory.resolve(TinyCheckpoint.GEMMA_1), options(oneByOne), List.of(2, 8))) {
      model.generate(List.of(new Request(some.get(0).image(), some.get(0).prompt())));
      assertThat(opened.getLast().passes.getFirst()).isEqualTo(new PlanSizes(2, 2, 40));
      assertThat(opened.getLast().passes).allMatch(sizes -> sizes.rows() == 2);

      model.generate(
          some.stream().map(known -> new Request(some.get(0).image(), known.prompt())).toList());
      assertThat(opened.getLast().passes).contains(new PlanSizes(2, 8, 40));
      assertThat(opened.getLast().passes)
          .filteredOn(sizes -> !sizes.prefill())
          .allMatch(sizes -> sizes.tokens() == 1);
    }
  }

  @Test
  void oneCallersFirstPassOverlapsTheStepsOfAnother() throws Exception {
    Known known = shuffled(TinyCheckpoint.GEMMA_1, new Random(4)).getFirst();
    List<Request> request = List.of(new Request(known.image(), known.prompt()));
    CountDownLatch stepping = new CountDownLatch(1);
    CountDownLatch firstPasses = new CountDownLatch(2);
    Decoding oneByOne = Decoding.fast().withDrafts(false).withJumpAhead(false);
    try (PaliGemma model = load(TinyCheckpoint.GEMMA_1, oneByOne);
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      assertThat(new LocalModel(model).lanes()).isEqualTo(2);
      opened.getLast().before =
          pass -> {
            if (pass.sizes().prefill()) {
              firstPasses.countDown();
            } else {
              stepping.countDown();
              await(firstPasses);
            }
          };
      long start = System.nanoTime();
      Future<List<Generation>> first = other.submit(() -> model.generate(request));
      await(stepping);

      List<Generation> second = model.generate(request);

      List<Generation> both = List.of(first.get().getFirst(), second.getFirst());
      Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
      assertThat(both).extracting(Generation::tokenIds).containsOnly(known.constrained());
      assertThat(both.stream().map(one -> one.effort().busy()).reduce(Duration::plus).orElseThrow())
          .isBetween(Duration.ofNanos(1), elapsed);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void namesThePlanEngineAndItsPrecision() throws Exception {
    try (PaliGemma model = load(TinyCheckpoint.GEMMA_1, Decoding.fast())) {
      assertThat(model.id().engine()).isEqualTo("Plans");
      assertThat(model.id().precision()).isEqualTo("float32");
    }
  }

  @Test
  void refusesWhatThePlansAreNotMadeFor() throws Exception {
    Path checkpoint = directory.resolve(TinyCheckpoint.GEMMA_1);
    assertThatThrownBy(
            () -> load(checkpoint, options(Decoding.fast()).withPrecision(Precision.INT8)))
        .hasMessageContaining("plans have no precision int8");
    try (PaliGemma model = load(TinyCheckpoint.GEMMA_1, Decoding.fast())) {
      RgbImage image = shuffled(TinyCheckpoint.GEMMA_1, new Random(2)).getFirst().image();
      TaskPrompt tooLong = new TextPrompt("what is this ".repeat(20));
      assertThatThrownBy(() -> model.generate(List.of(new Request(image, tooLong))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("than the 56 that the model can take");
    }
  }
}
