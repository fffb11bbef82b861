package dev.watchword.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.paligemma.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TensorRtOptionsTest {
  @Test
  void runsInBrainFloatsUnlessAsked() {
    TensorRtOptions usual = TensorRtOptions.read(Map.of());

    assertThat(usual.model().precision()).isEqualTo(Precision.BFLOAT16);
    assertThat(usual.batches()).containsExactly(1, 8, 32);
    assertThat(TensorRtOptions.read(Map.of("precision", "fp16")).model().precision())
        .isEqualTo(Precision.FLOAT16);
  }

  @Test
  void writesWhatItReads() {
    TensorRtOptions options =
        TensorRtOptions.read(
            Map.of("batch", "2, 16", "plans", "/plans", "device", "1", "max-new-tokens", "30"));

    assertThat(options.plans()).isEqualTo(Path.of("/plans"));
    assertThat(options.batches()).isEqualTo(List.of(2, 16));
    assertThat(TensorRtOptions.read(options.texts())).isEqualTo(options);
  }

  @Test
  void namesWhatIsWrong() {
    assertThatThrownBy(() -> TensorRtOptions.read(Map.of("batch", "1,0")))
        .hasMessage("option batch: expected whole numbers from 1, not '0'");
    assertThatThrownBy(() -> TensorRtOptions.read(Map.of("precision", "int8")))
        .hasMessageContaining("TensorRT has no precision int8");
    assertThatThrownBy(() -> TensorRtOptions.read(Map.of("batches", "1")))
        .hasMessageContaining("the engine TensorRT has no option 'batches'");
  }
}
