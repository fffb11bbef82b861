package dev.watchword.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ProbeTest {
  private static final Versions VERSIONS = Versions.of("10.15-1.5.13", "13.1-9.19-1.5.13");

  private static Probe probe(FakeLibraries machine) {
    return new Probe(machine, VERSIONS);
  }

  private static void refuses(FakeLibraries machine, String sentence) {
    assertThatThrownBy(() -> probe(machine).toCompile(0))
        .isInstanceOf(NotHereException.class)
        .message()
        .contains(sentence)
        .endsWith(".")
        .doesNotContain("\n");
  }

  @Test
  void findsTheGpuAndWhatTheBindingsMiss() throws Exception {
    Probe.Found found = probe(FakeLibraries.complete().gpus(2)).toCompile(1);

    assertThat(found.gpu()).isEqualTo(new Gpu(1, "NVIDIA H200", "9.0", 141L << 30));
    assertThat(found.tensorRt()).isEqualTo("10.15.1");
    assertThat(found.missing())
        .contains("libcudnn.so.9", "libnvrtc.so.13", "libnvinfer_plugin.so.10")
        .doesNotContain("libcublas.so.13");
  }

  @Test
  void saysThatThereIsNoDriverOrNoGpu() {
    refuses(FakeLibraries.complete().without("libcuda.so.1"), "no driver for one");
    refuses(FakeLibraries.complete().gpus(0), "the driver finds none");
    refuses(FakeLibraries.complete().failing("cuInit", 100), "the driver finds none");
    refuses(FakeLibraries.complete().failing("cuInit", 999), "(cuInit fails with error 999)");
    assertThatThrownBy(() -> probe(FakeLibraries.complete().gpus(2)).toRun(2))
        .hasMessage("There is no GPU 2: this machine has 2, counted from 0.");
  }

  @Test
  void saysWhatADriverIsTooOldFor() {
    refuses(
        FakeLibraries.complete().driver(12040),
        "The NVIDIA driver is for CUDA 12.4, and TensorRT 10.15 of this build needs CUDA 13");
  }

  @Test
  void namesTheLibraryThatIsMissing() {
    refuses(FakeLibraries.complete().without("libcudart.so.13"), "libcudart.so.13 is not found");
    refuses(FakeLibraries.complete().without("libnvinfer.so.10"), "TensorRT is not installed");
    refuses(FakeLibraries.complete().without("libnvonnxparser.so.10"), "ONNX parser");
  }

  @Test
  void runningNeedsNoParser() throws Exception {
    Probe probe = probe(FakeLibraries.complete().without("libnvonnxparser.so.10"));

    assertThat(probe.toRun(0).tensorRt()).isEqualTo("10.15.1");
  }

  @Test
  void refusesAnotherTensorRt() {
    refuses(
        FakeLibraries.complete().tensorRt(100600),
        "TensorRT 10.6.0 is installed, and this build is for 10.15");
    // 10.1.5 begins with the digits of 10.15 and is not it.
    refuses(FakeLibraries.complete().tensorRt(100105), "TensorRT 10.1.5 is installed");
  }

  @Test
  void buildForAnOlderTensorRtAsksForItsLibraries() {
    Versions older = Versions.of("10.6-1.5.11", "12.6-9.5-1.5.11");

    assertThatThrownBy(() -> new Probe(FakeLibraries.complete().driver(12040), older).toRun(0))
        .hasMessageContaining("libcudart.so.12 is not found");
  }
}
