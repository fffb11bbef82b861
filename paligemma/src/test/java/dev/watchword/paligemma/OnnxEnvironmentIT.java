package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OnnxEnvironmentIT {
  /** What the child process runs. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      System.out.println("started " + (OnnxEnvironment.get() != null));
    }
  }

  @Test
  void startsUnderACommandLineOfManyThousandCharacters() throws Exception {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process child =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    classPath,
                    Child.class.getName(),
                    "long/path/to/a.jar:".repeat(3_000)))
            .redirectErrorStream(true)
            .start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(child.exitValue()).as(output).isZero();
    assertThat(output).contains("started true");
  }
}
