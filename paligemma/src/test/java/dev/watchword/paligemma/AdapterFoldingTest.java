package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.paligemma.graph.Checkpoint;
import dev.watchword.paligemma.graph.VisionGraph;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterFoldingTest {
  @TempDir Path directory;

  /** A node that used the adapter in each pass would keep its weights in the graph. */
  @Test
  void mergeIsDoneWhenTheSessionIsMade() throws Exception {
    for (String file : new String[] {"config.json", "model.safetensors"}) {
      Files.write(directory.resolve(file), Golden.bytes("variants/v1-3b-224-f32/" + file));
    }
    for (String file : new String[] {"adapter_config.json", "adapter_model.safetensors"}) {
      Files.write(directory.resolve(file), Golden.bytes("adapters/everywhere/" + file));
    }
    var graph = VisionGraph.of(Checkpoint.open(directory).withAdapter(directory), Optional.empty());
    assertThat(text(graph.toBytes())).contains("lora_A");
    Path optimised = directory.resolve("optimised.onnx");
    new GraphRun(graph, optimised).close();
    assertThat(text(Files.readAllBytes(optimised)))
        .contains("pixel_values")
        .doesNotContain("lora_A")
        .doesNotContain("lora_B");
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
