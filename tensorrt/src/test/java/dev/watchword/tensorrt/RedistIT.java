package dev.watchword.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.jna.NativeLibrary;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TensorRT's own library, where the profile tensorrt-redist has brought it. */
class RedistIT {
  private static final String LIBRARY =
      "/org/bytedeco/tensorrt/linux-x86_64/libnvinfer.so." + Versions.built().tensorRtMajor();

  @TempDir Path directory;

  @Test
  void saysTheVersionThatThisBuildIsBoundTo() throws Exception {
    assumeThat(RedistIT.class.getResource(LIBRARY))
        .as("needs -Ptensorrt-redist, a download of 500 MB")
        .isNotNull();
    Path file = directory.resolve("libnvinfer.so.10");
    try (InputStream in = RedistIT.class.getResourceAsStream(LIBRARY)) {
      Files.copy(in, file);
    }
    int version =
        NativeLibrary.getInstance(file.toString())
            .getFunction("getInferLibVersion")
            .invokeInt(new Object[0]);

    assertThat(version / 10000 + "." + version / 100 % 100).isEqualTo(Versions.built().tensorRt());
  }
}
