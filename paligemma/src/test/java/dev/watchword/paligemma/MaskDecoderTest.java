package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaskDecoderTest {
  private static final Score SURE = new Score(1, 1, 1, 1);

  @TempDir private Path directory;

  private Path weights() {
    return directory.resolve("weights.npz");
  }

  private MaskDecoder open() throws CheckpointException {
    return MaskDecoder.open(Optional.of(weights()), directory, 1).orElseThrow();
  }

  private static List<List<Integer>> codes() {
    return Golden.cases("masks.json").stream()
        .map(golden -> Arrays.stream(codes(golden)).boxed().toList())
        .toList();
  }

  private static int[] codes(JsonNode golden) {
    return Golden.ints(golden.get("codes"));
  }

  @Test
  void drawsWhatPyTorchDraws() throws Exception {
    new MaskWeights().to(weights());
    FloatBuffer expected =
        ByteBuffer.wrap(Golden.bytes("masks.f32")).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    try (MaskDecoder decoder = open()) {
      List<float[]> levels = decoder.levels(codes());

      assertThat(levels).hasSize(expected.capacity() / (Mask.SIDE * Mask.SIDE));
      for (float[] one : levels) {
        float[] golden = new float[one.length];
        expected.get(golden);
        assertThat(one).containsExactly(golden, within(1e-4f));
      }
    }
  }

  @Test
  void drawsEachSegmentWhereverItStands() throws Exception {
    new MaskWeights().to(weights());
    Box box = new Box(0, 0, 0.5f, 0.5f);
    List<List<Integer>> codes = codes();
    List<Detection> detections =
        IntStream.range(0, 40)
            .mapToObj(
                i ->
                    i % 4 == 3
                        ? new Detection("car", box, SURE)
                        : new Detection(
                            "car", box, SURE, Optional.of(new Segment(codes.get(i % 4)))))
            .toList();
    try (MaskDecoder decoder = open()) {
      List<Mask> expected = decoder.levels(codes).stream().map(Mask::of).toList();
      List<Detection> drawn = decoder.draw(detections);

      assertThat(drawn).hasSize(40);
      for (int i = 0; i < drawn.size(); i++) {
        assertThat(drawn.get(i).mask())
            .isEqualTo(i % 4 == 3 ? Optional.empty() : Optional.of(expected.get(i % 4)));
      }
    }
  }

  @Test
  void takesTheWeightsInTheCheckpointsDirectoryWhenNoneAreNamed() throws Exception {
    assertThat(MaskDecoder.open(Optional.empty(), directory, 1)).isEmpty();

    new MaskWeights().to(directory.resolve(MaskDecoder.FILE));
    Optional<MaskDecoder> decoder = MaskDecoder.open(Optional.empty(), directory, 1);
    assertThat(decoder).isPresent();
    decoder.get().close();
  }

  @Test
  void modelDrawsMasksWithTheWeightsBesideItOrNamed() throws Exception {
    Path checkpoint = EmbeddedCheckpoint.extractTo(directory);
    ModelOptions plain = ModelOptions.defaults().withThreads(1);
    ModelOptions named = plain.withAnswers(AnswerOptions.defaults().withMaskWeights(weights()));
    assertThat(drawsMasks(checkpoint, plain)).isFalse();
    assertThatThrownBy(() -> drawsMasks(checkpoint, named)).isInstanceOf(CheckpointException.class);

    new MaskWeights().to(weights());
    assertThat(drawsMasks(checkpoint, named)).isTrue();

    Files.move(weights(), checkpoint.resolve(MaskDecoder.FILE));
    assertThat(drawsMasks(checkpoint, plain)).isTrue();
  }

  private static boolean drawsMasks(Path checkpoint, ModelOptions options)
      throws CheckpointException {
    try (PaliGemma model = PaliGemma.load(checkpoint, options)) {
      return model.drawsMasks();
    }
  }

  @Test
  void saysInOneSentenceWhatIsWrongWithAFile() throws Exception {
    assertThatThrownBy(this::open)
        .isInstanceOf(CheckpointException.class)
        .hasMessage("there is no file %s with mask weights.", weights());

    Files.writeString(weights(), "version https://git-lfs.github.com/spec/v1");
    assertThatThrownBy(this::open)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("is no .npz archive of arrays");

    new MaskWeights().without("decoder.8.weight").to(weights());
    assertThatThrownBy(this::open)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("has no array 'decoder.8.weight'");

    new MaskWeights().shape("decoder.12.bias", 2).to(weights());
    assertThatThrownBy(this::open)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("array 'decoder.12.bias' has the shape [2] in 8 bytes, not [1]");

    new MaskWeights().ofType("<f8").to(weights());
    assertThatThrownBy(this::open)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("is of type <f8; 32-bit floats in row-major order");

    byte[] whole = Files.readAllBytes(new MaskWeights().to(weights()));
    Files.write(weights(), Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(this::open).isInstanceOf(CheckpointException.class);
  }
}
