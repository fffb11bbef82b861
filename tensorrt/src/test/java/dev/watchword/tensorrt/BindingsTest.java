package dev.watchword.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bindings' classes load where nothing of NVIDIA is installed, and nothing of it is called. */
class BindingsTest {
  @TempDir private static Path directory;

  @BeforeAll
  static void loadEmptyLibraries() throws IOException {
    String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    assumeThat(platform).as("the bindings' native halves are for").isEqualTo("Linux amd64");
    Versions versions = Versions.built();
    int cuda = versions.cudaMajor();
    int tensorRt = versions.tensorRtMajor();
    List<String> names = new ArrayList<>();
    for (String name : List.of("cudart", "cublasLt", "cublas", "nvrtc")) {
      names.add("lib" + name + ".so." + cuda);
    }
    for (String part : List.of("", "_graph", "_ops", "_cnn", "_adv")) {
      names.add("libcudnn" + part + ".so." + versions.cudnn());
    }
    for (String name : List.of("nvinfer", "nvinfer_plugin", "nvonnxparser")) {
      names.add("lib" + name + ".so." + tensorRt);
    }
    names.add("libcuda.so.1");
    SystemLibraries machine = new SystemLibraries();
    names.removeIf(name -> machine.open(name).isPresent());
    EmptyLibrary.load(names, directory);
  }

  @Test
  void loadWithEmptyLibraries() throws Exception {
    assertThat(Class.forName("org.bytedeco.cuda.global.cudart")).isNotNull();
    assertThat(Class.forName("org.bytedeco.tensorrt.global.nvinfer")).isNotNull();
    assertThat(Class.forName("org.bytedeco.tensorrt.global.nvonnxparser")).isNotNull();
    try (Dims64 dims = new Dims64().nbDims(2).d(0, 3).d(1, 1L << 40)) {
      assertThat(dims.nbDims()).isEqualTo(2);
      assertThat(dims.d(1)).isEqualTo(1L << 40);
    }
  }
}
