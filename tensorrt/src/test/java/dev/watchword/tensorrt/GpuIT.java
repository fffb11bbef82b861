package dev.watchword.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.Detection;
import dev.watchword.paligemma.EmbeddedCheckpoint;
import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.RgbImage;
import dev.watchword.paligemma.TaskPrompt;
import dev.watchword.paligemma.TextPrompt;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.EngineModel;
import dev.watchword.paligemma.engine.Generator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded checkpoint on a GPU, against ONNX Runtime. */
@Tag("gpu")
class GpuIT {
  private static final int FRAMES = 16;

  @TempDir private static Path directory;
  private static Path checkpoint;
  private static List<Request> requests;
  private static List<Generation> expected;

  @BeforeAll
  static void askOnnxRuntime() throws Exception {
    try {
      Probe.ofThisMachine().toCompile(0);
    } catch (NotHereException e) {
      System.out.println("GpuIT is skipped: " + e.getMessage());
      Assumptions.abort(e.getMessage());
    }
    checkpoint = EmbeddedCheckpoint.extractTo(directory);
    requests = requests();
    try (EngineModel model = EngineModel.load("OnnxRuntime", checkpoint, Map.of())) {
      expected = generations(model.generate(requests));
    }
  }

  /** Coloured blocks on noise: what the model says about them is all that matters. */
  private static List<Request> requests() {
    Random random = new Random(5);
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < FRAMES; i++) {
      byte[] rgb = new byte[96 * 96 * 3];
      random.nextBytes(rgb);
      int from = random.nextInt(40) * 96 * 3;
      Arrays.fill(rgb, from, from + 40 * 96 * 3, (byte) random.nextInt(256));
      TaskPrompt prompt =
          i % 4 == 3
              ? new TextPrompt("what is this")
              : DetectPrompt.parse(i % 2 == 0 ? "detect person ; car ; truck" : "detect bag");
      requests.add(new Request(new RgbImage(96, 96, rgb), prompt));
    }
    return requests;
  }

  private static Generator load(String precision) throws Exception {
    Map<String, String> options = new HashMap<>();
    options.put("precision", precision);
    options.put("batch", "1,4,8");
    options.put("plans", directory.resolve("plans").toString());
    return new TensorRtEngine().load(checkpoint, options);
  }

  private static List<Generation> generations(List<Answer> answers) {
    return answers.stream().map(answer -> ((Answer.Given) answer).generation()).toList();
  }

  @Test
  void answersInWholeFloatsAreThoseOfOnnxRuntime() throws Exception {
    try (Generator model = load("fp32")) {
      // Twice: the second time each pass is a captured graph.
      for (int round = 0; round < 2; round++) {
        assertThat(generations(model.generate(requests)))
            .extracting(Generation::tokenIds)
            .containsExactlyElementsOf(expected.stream().map(Generation::tokenIds).toList());
      }
    }
  }

  @Test
  void boxesInHalvesAreThoseOfWholeFloats() throws Exception {
    try (Generator model = load("bf16")) {
      List<Generation> found = generations(model.generate(requests));
      for (int i = 0; i < found.size(); i++) {
        List<Detection> those = expected.get(i).detections();
        List<Detection> these = found.get(i).detections();
        for (int j = 0; j < Math.min(those.size(), these.size()); j++) {
          assertThat(these.get(j).box().iou(those.get(j).box())).isGreaterThanOrEqualTo(0.98f);
        }
      }
    }
  }

  @Test
  void callersTogetherGetWhatTheyGetAlone() throws Exception {
    try (Generator model = load("fp32");
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      assertThat(model.lanes()).isEqualTo(2);
      List<Callable<Void>> callers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int from = i * 4;
        callers.add(
            () -> {
              for (int round = 0; round < 8; round++) {
                List<Answer> answers = model.generate(requests.subList(from, from + 4));
                assertThat(generations(answers))
                    .extracting(Generation::tokenIds)
                    .containsExactlyElementsOf(
                        expected.subList(from, from + 4).stream()
                            .map(Generation::tokenIds)
                            .toList());
              }
              return null;
            });
      }
      for (Future<Void> caller : threads.invokeAll(callers)) {
        caller.get();
      }
    }
  }
}
