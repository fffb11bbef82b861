package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.paligemma.graph.PlanShapes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans of 16-bit products, with the embedded checkpoint. ONNX Runtime has them in float16. */
class PlanPrecisionTest {
  private static final ModelOptions OPTIONS =
      ModelOptions.defaults().withThreads(1).withMaxNewTokens(40);

  @TempDir Path directory;

  @Test
  void halvesFindTheBoxesOfWholeFloats() throws Exception {
    Path checkpoint = EmbeddedCheckpoint.extractTo(directory);
    List<Request> requests = new ArrayList<>();
    for (String scene : List.of("01", "02", "03")) {
      requests.add(
          new Request(
              RgbImage.decode(Golden.bytes("scenes/" + scene + ".png")),
              DetectPrompt.parse("detect person ; car ; truck ; bag")));
    }
    PlanShapes shapes = new PlanShapes(List.of(3), List.of(4), List.of(32), 64, 40);
    try (PaliGemma whole = PaliGemma.load(checkpoint, OPTIONS);
        PaliGemma halves =
            PaliGemma.load(
                checkpoint,
                OPTIONS.withPrecision(Precision.FLOAT16),
                shapes,
                OnnxPlans.loader(new ArrayList<>()))) {
      List<Generation> expected = whole.generate(requests);
      List<Generation> found = halves.generate(requests);

      int boxes = 0;
      for (int i = 0; i < expected.size(); i++) {
        List<Detection> those = expected.get(i).detections();
        List<Detection> these = found.get(i).detections();
        assertThat(these)
            .extracting(Detection::label)
            .isEqualTo(those.stream().map(Detection::label).toList());
        for (int j = 0; j < those.size(); j++, boxes++) {
          assertThat(these.get(j).box().iou(those.get(j).box())).isGreaterThan(0.9f);
        }
      }
      assertThat(boxes).isPositive();
      assertThat(halves.id().precision()).isEqualTo("float16");
    }
  }
}
