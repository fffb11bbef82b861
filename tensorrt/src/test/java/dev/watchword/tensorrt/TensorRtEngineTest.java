package dev.watchword.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.EmbeddedCheckpoint;
import dev.watchword.paligemma.engine.EngineModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorRtEngineTest {
  @TempDir Path directory;

  @Test
  void isFoundByItsName() {
    assertThat(EngineModel.engines()).contains("TensorRT", "OnnxRuntime");
  }

  @Test
  void saysInOneSentenceThatThisMachineHasNoGpu() throws Exception {
    assumeThat(new SystemLibraries().open("libcuda.so.1"))
        .as("this test is for machines without a driver")
        .isEmpty();
    Path checkpoint = EmbeddedCheckpoint.extractTo(directory);

    assertThatThrownBy(() -> EngineModel.load("TensorRT", checkpoint, Map.of()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("TensorRT needs an NVIDIA GPU, and this machine has no driver")
        .hasMessageEndingWith(".");
  }

  @Test
  void whatIsWrongWithTheCheckpointComesFirst() {
    assertThatThrownBy(() -> EngineModel.load("TensorRT", directory, Map.of()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("config.json");
  }

  @Test
  void buildsAPlanInAProcessWithTheSameOptions() {
    TensorRtOptions options = TensorRtOptions.read(Map.of("batch", "1,4", "precision", "fp32"));
    List<String> command =
        PlanProcess.command(
            Path.of("/models/pali gemma"), options, "step.plan", Path.of("/plans/a b/step.new"));

    int main = command.indexOf(PlanProcess.class.getName());
    assertThat(command.subList(main + 1, main + 4))
        .containsExactly("/models/pali gemma", "step.plan", "/plans/a b/step.new");
    assertThat(command.subList(main + 4, command.size()))
        .contains("batch=1,4", "precision=float32", "mask-weights=");
  }

  @Test
  void aFailedBuildIsOneSentenceOfTheProcess() throws Exception {
    assumeThat(new SystemLibraries().open("libcuda.so.1"))
        .as("this test is for machines without a driver")
        .isEmpty();
    Path checkpoint = EmbeddedCheckpoint.extractTo(directory);

    PlanProcess process = new PlanProcess(checkpoint, TensorRtOptions.read(Map.of()), line -> {});

    assertThatThrownBy(() -> process.build("step.plan", directory.resolve("step.plan")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("TensorRT needs an NVIDIA GPU");
  }
}
