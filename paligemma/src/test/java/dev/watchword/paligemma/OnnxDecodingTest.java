package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OnnxDecodingTest extends DecodingContract {
  @Override
  PaliGemma load(Path checkpoint, ModelOptions options) throws CheckpointException {
    return PaliGemma.load(checkpoint, options);
  }

  @Test
  void answersInIntegersDependNeitherOnSavingsNorOnNeighbours() throws Exception {
    for (String kind : List.of(TinyCheckpoint.GEMMA_1, TinyCheckpoint.GEMMA_2)) {
      Random random = new Random(5);
      List<Known> some = shuffled(kind, random).subList(0, 200);
      List<Request> requests = requests(some, random);
      try (PaliGemma slow = integers(kind, Decoding.plain().withGrammar(true).withSlots(1));
          PaliGemma fast = integers(kind, Decoding.fast().withSlots(7))) {
        List<List<Integer>> alone = new ArrayList<>();
        for (Request request : requests) {
          alone.add(slow.generate(List.of(request)).getFirst().tokenIds());
        }
        assertThat(fast.generate(requests))
            .extracting(Generation::tokenIds)
            .containsExactlyElementsOf(alone);
        assertThat(alone).isNotEqualTo(some.stream().map(Known::constrained).toList());
        assertThat(fast.id().precision()).isEqualTo("int8");
      }
    }
  }

  @Test
  void refusesPrecisionsThatProcessorsDoNotHave() {
    assertThatThrownBy(
            () ->
                load(
                    directory.resolve(TinyCheckpoint.GEMMA_1),
                    options(Decoding.fast()).withPrecision(Precision.parse("bf16"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the engine OnnxRuntime has no precision bfloat16; it has float32 and int8");
  }

  private static PaliGemma integers(String kind, Decoding decoding) throws CheckpointException {
    return PaliGemma.load(directory.resolve(kind), options(decoding).withPrecision(Precision.INT8));
  }
}
