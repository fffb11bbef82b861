package dev.watchword.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bindings' classes load where nothing of NVIDIA is installed, and nothing of it is called. */
class BindingsTest {
  @TempDir private static Path directory;

  /** In a process of its own, which has an empty driver afterwards. */
  @Test
  void loadWithEmptyLibraries() throws Exception {
    String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    assumeThat(platform).as("the bindings' native halves are for").isEqualTo("Linux amd64");

    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.bytedeco.javacpp.nopointergc=true",
                "-cp",
                System.getProperty("java.class.path"),
                Load.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains("2 sizes, the second 1099511627776");
  }

  /** Loads empty libraries for all that is missing here, then the bindings. */
  static final class Load {
    private Load() {}

    public static void main(String[] arguments) throws Exception {
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
      EmptyLibrary.load(names, Path.of(arguments[0]));
      Class.forName("org.bytedeco.cuda.global.cudart");
      Class.forName("org.bytedeco.tensorrt.global.nvonnxparser");
      try (Dims64 dims = new Dims64().nbDims(2).d(0, 3).d(1, 1L << 40)) {
        System.out.printf("%d sizes, the second %d%n", dims.nbDims(), dims.d(1));
      }
    }
  }
}
