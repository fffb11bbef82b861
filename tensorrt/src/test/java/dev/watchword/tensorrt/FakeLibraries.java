package dev.watchword.tensorrt;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A machine with what a test says, on which nothing is called that is not there. */
final class FakeLibraries implements Libraries {
  private final Set<String> installed = new HashSet<>();
  private final Map<String, Integer> statuses = new HashMap<>();
  private int gpus = 1;
  private int driver = 13010;
  private int tensorRt = 101501;

  static FakeLibraries complete() {
    FakeLibraries libraries = new FakeLibraries();
    libraries.installed.addAll(
        Set.of(
            "libcuda.so.1",
            "libcudart.so.13",
            "libnvinfer.so.10",
            "libnvonnxparser.so.10",
            "libcublasLt.so.13",
            "libcublas.so.13"));
    return libraries;
  }

  FakeLibraries without(String name) {
    installed.remove(name);
    return this;
  }

  FakeLibraries gpus(int count) {
    gpus = count;
    return this;
  }

  FakeLibraries driver(int version) {
    driver = version;
    return this;
  }

  FakeLibraries tensorRt(int version) {
    tensorRt = version;
    return this;
  }

  FakeLibraries failing(String function, int status) {
    statuses.put(function, status);
    return this;
  }

  @Override
  public Optional<Library> open(String name) {
    return installed.contains(name) ? Optional.of(this::call) : Optional.empty();
  }

  private int call(String function, Object... arguments) {
    switch (function) {
      case "getInferLibVersion" -> {
        return tensorRt;
      }
      case "cuInit" -> {}
      case "cuDriverGetVersion" -> ((int[]) arguments[0])[0] = driver;
      case "cuDeviceGetCount" -> ((int[]) arguments[0])[0] = gpus;
      case "cuDeviceGet" -> ((int[]) arguments[0])[0] = (int) arguments[1] + 7;
      case "cuDeviceGetName" -> {
        byte[] name = "NVIDIA H200".getBytes(StandardCharsets.UTF_8);
        System.arraycopy(name, 0, (byte[]) arguments[0], 0, name.length);
      }
      case "cuDeviceGetAttribute" -> ((int[]) arguments[0])[0] = (int) arguments[1] == 75 ? 9 : 0;
      case "cuDeviceTotalMem_v2" -> ((long[]) arguments[0])[0] = 141L << 30;
      default -> throw new AssertionError("nobody should call " + function);
    }
    return statuses.getOrDefault(function, 0);
  }
}
