package dev.watchword.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.paligemma.EmbeddedCheckpoint;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.graph.PlanGraphs;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanKeyTest {
  private static final Gpu GPU = new Gpu(0, "NVIDIA H200", "9.0", 141L << 30);
  private static final Probe.Found MACHINE = new Probe.Found(GPU, "10.15.1", List.of());

  @TempDir Path directory;

  private PlanKey key(Map<String, String> options, Probe.Found machine) throws Exception {
    Path checkpoint = EmbeddedCheckpoint.extractTo(directory);
    TensorRtOptions read = TensorRtOptions.read(options);
    PlanGraphs graphs = PaliGemma.plans(checkpoint, read.model(), read.shapes());
    return PlanKey.of(graphs, machine);
  }

  @Test
  void changesWithWhateverPlansDependOn() throws Exception {
    String usual = key(Map.of(), MACHINE).digits();

    assertThat(key(Map.of("precision", "fp32"), MACHINE).digits()).isNotEqualTo(usual);
    assertThat(key(Map.of("batch", "1,8"), MACHINE).digits()).isNotEqualTo(usual);
    assertThat(key(Map.of("max-new-tokens", "500"), MACHINE).digits()).isNotEqualTo(usual);
    Probe.Found newer = new Probe.Found(GPU, "10.15.2", List.of());
    assertThat(key(Map.of(), newer).digits()).isNotEqualTo(usual);
    Gpu other = new Gpu(0, "NVIDIA L4", "8.9", 24L << 30);
    assertThat(key(Map.of(), new Probe.Found(other, "10.15.1", List.of())).digits())
        .isNotEqualTo(usual);
  }

  @Test
  void isTheSameWhereverAndHoweverTheModelIsAsked() throws Exception {
    Gpu second = new Gpu(1, GPU.name(), GPU.capability(), GPU.memoryBytes());

    assertThat(
            key(
                Map.of("max-new-tokens", "20", "jump-ahead", "false", "device", "1"),
                new Probe.Found(second, "10.15.1", List.of("libcudnn.so.9"))))
        .isEqualTo(key(Map.of("precision", "bf16", "batch", "32,8,1"), MACHINE));
  }
}
