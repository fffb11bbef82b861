package dev.watchword.paligemma.graph;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WideningTest {
  private static final int PATTERNS = 1 << 16;

  @TempDir Path directory;

  /** Subnormals and infinities too: each of the 65,536 patterns, read from a safetensors file. */
  @ParameterizedTest
  @ValueSource(strings = {"F16", "BF16"})
  void eachHalfPrecisionNumberKeepsItsValue(String type) throws Exception {
    Path file = directory.resolve("model.safetensors");
    write(file, type);
    StoredTensor all = SafeTensors.open(file).tensors().getFirst();
    OnnxGraph graph = new OnnxGraph();
    String wide = new Layers(graph, null).widen(graph.weight(all), all.type());
    graph.input("index", ElementType.INT64, "N");
    graph.node("Gather", wide, "index").result("value");
    graph.output("value", ElementType.FLOAT32, "N");
    OrtEnvironment environment = environment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.addConfigEntry(
          "session.model_external_initializers_file_folder_path",
          directory.toRealPath().toString());
      long[] index = new long[PATTERNS];
      for (int i = 0; i < PATTERNS; i++) {
        index[i] = i;
      }
      try (OrtSession session = environment.createSession(graph.toBytes(), options);
          OnnxTensor input = OnnxTensor.createTensor(environment, index);
          OrtSession.Result result = session.run(Map.of("index", input))) {
        float[] values = (float[]) result.get(0).getValue();
        for (int bits = 0; bits < PATTERNS; bits++) {
          float expected =
              type.equals("F16")
                  ? Float.float16ToFloat((short) bits)
                  : Float.intBitsToFloat(bits << 16);
          assertThat(Float.floatToIntBits(values[bits])).isEqualTo(Float.floatToIntBits(expected));
        }
      }
    }
  }

  /** The runtime matches the command line recursively when it starts: a long one needs stack. */
  private static OrtEnvironment environment() throws Exception {
    FutureTask<OrtEnvironment> start = new FutureTask<>(OrtEnvironment::getEnvironment);
    new Thread(null, start, "onnx-environment", 256L << 20).start();
    return start.get();
  }

  private static void write(Path file, String type) throws Exception {
    byte[] header =
        "{\"x\":{\"dtype\":\"%s\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
            .formatted(type, PATTERNS, 2 * PATTERNS)
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer out =
        ByteBuffer.allocate(8 + header.length + 2 * PATTERNS).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(header.length).put(header);
    for (int bits = 0; bits < PATTERNS; bits++) {
      out.putShort((short) bits);
    }
    Files.write(file, out.array());
  }
}
