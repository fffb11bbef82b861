package dev.watchword.tensorrt;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What this build is bound to, such as TensorRT {@code 10.15} and CUDA {@code 13.1}.
 *
 * @param tensorRt major and minor version
 * @param cuda major and minor version
 * @param cudnn major version
 */
public record Versions(String tensorRt, String cuda, String cudnn) {
  /** Those of the bindings on the class path. */
  public static Versions built() {
    Properties properties = new Properties();
    try (InputStream in = Versions.class.getResourceAsStream("versions.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return of(properties.getProperty("tensorrt"), properties.getProperty("cuda"));
  }

  /** From the bindings' versions, such as {@code 10.15-1.5.13} and {@code 13.1-9.19-1.5.13}. */
  static Versions of(String tensorRt, String cuda) {
    String[] parts = cuda.split("-");
    return new Versions(tensorRt.split("-")[0], parts[0], major(parts[1]));
  }

  int cudaMajor() {
    return Integer.parseInt(major(cuda));
  }

  int tensorRtMajor() {
    return Integer.parseInt(major(tensorRt));
  }

  private static String major(String version) {
    return version.substring(0, version.indexOf('.'));
  }
}
