package dev.watchword.tensorrt;

import dev.watchword.tensorrt.Libraries.Library;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Looks whether TensorRT can run here, before anything of it is called: without a driver its
 * factories end the process or hand out garbage (seen with 10.6), and a library that is missing
 * shows only when a class of the bindings is loaded.
 */
public final class Probe {
  private static final String OTHER_ENGINE = "or set model.engine to OnnxRuntime";

  /** {@code CUDA_SUCCESS} and others of {@code CUresult} in cuda.h. */
  private static final int SUCCESS = 0;

  private static final int NO_DEVICE = 100;
  private static final int STUB_LIBRARY = 34;

  /** {@code CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR} and {@code _MINOR}. */
  private static final int CAPABILITY_MAJOR = 75;

  private static final int CAPABILITY_MINOR = 76;
  private static final int NAME_BYTES = 256;

  private final Libraries libraries;
  private final Versions versions;

  Probe(Libraries libraries, Versions versions) {
    this.libraries = libraries;
    this.versions = versions;
  }

  /** Of this machine, for the bindings of this build. */
  public static Probe ofThisMachine() {
    return new Probe(new SystemLibraries(), Versions.built());
  }

  /**
   * What was found.
   *
   * @param tensorRt the library's own version, such as {@code 10.15.1}
   * @param missing libraries that the bindings are linked to but that nothing here calls
   */
  public record Found(Gpu gpu, String tensorRt, List<String> missing) {}

  /**
   * What running a model needs.
   *
   * @throws NotHereException in one sentence
   */
  public Found toRun(int device) throws NotHereException {
    Gpu gpu = gpu(device);
    require("libcudart.so." + versions.cudaMajor(), "CUDA's runtime");
    return new Found(gpu, tensorRt(), missing());
  }

  /**
   * What building plans needs.
   *
   * @throws NotHereException in one sentence
   */
  public Found toCompile(int device) throws NotHereException {
    Found found = toRun(device);
    require("libnvonnxparser.so." + versions.tensorRtMajor(), "TensorRT's ONNX parser");
    return found;
  }

  private Gpu gpu(int device) throws NotHereException {
    Library driver =
        libraries
            .open("libcuda.so.1")
            .orElseThrow(
                () ->
                    new NotHereException(
                        "TensorRT needs an NVIDIA GPU, and this machine has no driver for one (libcuda.so.1 is not found): install the driver, run the container with the GPU, "
                            + OTHER_ENGINE
                            + "."));
    int status = driver.call("cuInit", 0);
    if (status == NO_DEVICE || status == STUB_LIBRARY) {
      throw noGpu();
    }
    require(status, "cuInit");
    requireDriver(driver);
    int[] count = new int[1];
    require(driver.call("cuDeviceGetCount", (Object) count), "cuDeviceGetCount");
    if (count[0] == 0) {
      throw noGpu();
    }
    if (device >= count[0]) {
      throw new NotHereException(
          "There is no GPU %d: this machine has %d, counted from 0.".formatted(device, count[0]));
    }
    return describe(driver, device);
  }

  private static NotHereException noGpu() {
    return new NotHereException(
        "TensorRT needs an NVIDIA GPU, and the driver finds none: check nvidia-smi, run the container with the GPU, "
            + OTHER_ENGINE
            + ".");
  }

  /** Any driver of the same major version or a newer one runs these libraries. */
  private void requireDriver(Library driver) throws NotHereException {
    int[] version = new int[1];
    require(driver.call("cuDriverGetVersion", (Object) version), "cuDriverGetVersion");
    int major = version[0] / 1000;
    if (major < versions.cudaMajor()) {
      throw new NotHereException(
          "The NVIDIA driver is for CUDA %d.%d, and TensorRT %s of this build needs CUDA %d: update the driver, or build for TensorRT 10.6, which needs CUDA 12."
              .formatted(major, version[0] % 1000 / 10, versions.tensorRt(), versions.cudaMajor()));
    }
  }

  private static Gpu describe(Library driver, int device) throws NotHereException {
    int[] handle = new int[1];
    require(driver.call("cuDeviceGet", handle, device), "cuDeviceGet");
    byte[] name = new byte[NAME_BYTES];
    require(driver.call("cuDeviceGetName", name, NAME_BYTES, handle[0]), "cuDeviceGetName");
    int[] major = new int[1];
    int[] minor = new int[1];
    require(
        driver.call("cuDeviceGetAttribute", major, CAPABILITY_MAJOR, handle[0]),
        "cuDeviceGetAttribute");
    require(
        driver.call("cuDeviceGetAttribute", minor, CAPABILITY_MINOR, handle[0]),
        "cuDeviceGetAttribute");
    long[] memory = new long[1];
    require(driver.call("cuDeviceTotalMem_v2", memory, handle[0]), "cuDeviceTotalMem_v2");
    return new Gpu(device, text(name), major[0] + "." + minor[0], memory[0]);
  }

  private static String text(byte[] name) {
    int end = 0;
    while (end < name.length && name[end] != 0) {
      end++;
    }
    return new String(name, 0, end, StandardCharsets.UTF_8);
  }

  private String tensorRt() throws NotHereException {
    Library library = require("libnvinfer.so." + versions.tensorRtMajor(), "TensorRT");
    int version = library.call("getInferLibVersion");
    String found = "%d.%d.%d".formatted(version / 10000, version / 100 % 100, version % 100);
    if (!found.startsWith(versions.tensorRt() + ".")) {
      throw new NotHereException(
          "TensorRT %s is installed, and this build is for %s: install that, or build with -Dtensorrt.version for the one that is here."
              .formatted(found, versions.tensorRt()));
    }
    return found;
  }

  private Library require(String name, String what) throws NotHereException {
    Optional<Library> library = libraries.open(name);
    if (library.isEmpty()) {
      throw new NotHereException(
          "%s is not installed (%s is not found): use an image with TensorRT %s for CUDA %s, or name its directory in LD_LIBRARY_PATH."
              .formatted(what, name, versions.tensorRt(), versions.cuda()));
    }
    return library.get();
  }

  private static void require(int status, String function) throws NotHereException {
    if (status != SUCCESS) {
      throw new NotHereException(
          "The NVIDIA driver does not work (%s fails with error %d): check nvidia-smi and the kernel's log."
              .formatted(function, status));
    }
  }

  /** What the bindings are linked to besides what they call. */
  private List<String> missing() {
    List<String> missing = new ArrayList<>();
    int cuda = versions.cudaMajor();
    String cudnn = versions.cudnn();
    List<String> linked =
        List.of(
            "libnvinfer_plugin.so." + versions.tensorRtMajor(),
            "libcublasLt.so." + cuda,
            "libcublas.so." + cuda,
            "libnvrtc.so." + cuda,
            "libcudnn.so." + cudnn,
            "libcudnn_graph.so." + cudnn,
            "libcudnn_ops.so." + cudnn,
            "libcudnn_cnn.so." + cudnn,
            "libcudnn_adv.so." + cudnn);
    for (String name : linked) {
      if (libraries.open(name).isEmpty()) {
        missing.add(name);
      }
    }
    return missing;
  }
}
