package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.watchword.paligemma.EmbeddedCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCommandIT {
  private static final List<Path> DRIVERS =
      List.of(
          Path.of("/usr/lib/x86_64-linux-gnu/libcuda.so.1"),
          Path.of("/usr/lib64/libcuda.so.1"),
          Path.of("/usr/local/nvidia/lib64/libcuda.so.1"));

  @TempDir private Path directory;
  private String model;

  @BeforeEach
  void unpack() throws IOException {
    model = EmbeddedCheckpoint.extractTo(directory).toString();
  }

  private String plans() {
    return directory.resolve("plans").toString();
  }

  @Test
  void compileAndVerifySayInOneSentenceWhatIsMissing() {
    assumeThat(DRIVERS).as("this test is for machines without a driver").noneMatch(Files::exists);
    for (String what : List.of("compile", "verify")) {
      CommandLineRun run =
          CommandLineRun.of("model", what, model, "--engine", "TensorRT", "--plans", plans());

      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.err().lines()).hasSize(1);
      assertThat(run.err())
          .startsWith("watchword: TensorRT needs an NVIDIA GPU, and this machine has no driver");
    }
  }

  @Test
  void inspectPrintsTheModelAndItsPlans() throws IOException {
    assertThat(CommandLineRun.of("model", "inspect", model, "--plans", plans()).out())
        .contains("model       PaliGemma 1")
        .contains("plans       none in " + plans());

    String revision = CommandLineRun.of("model", "inspect", model).line("revision").split(" +")[1];
    Path folder = Files.createDirectories(directory.resolve("plans/0123456789abcdef"));
    Files.writeString(
        folder.resolve("plans.json"),
        """
        {"built": "2026-03-01T12:00:00Z",
         "key": {"checkpoint": "%s", "tensorrt": "10.15.1", "gpu": "NVIDIA H200",
                 "capability": "9.0", "precision": "bfloat16", "batches": "[1, 8]"},
         "plans": {"step.plan": {"bytes": 3145728, "sha256": ""}}}
        """
            .formatted(revision));
    assertThat(CommandLineRun.of("model", "inspect", model, "--plans", plans()).out())
        .contains("plans       1 in")
        .contains(
            "0123456789abcdef  TensorRT 10.15.1, NVIDIA H200 (9.0), bfloat16, batches [1, 8], 3 MiB, built 2026-03-01T12:00:00Z");
  }

  @Test
  void verifyComparesEnginesAndFailsWhereTooFewAgree() {
    CommandLineRun same =
        CommandLineRun.of("model", "verify", model, "--engine", "OnnxRuntime", "--frames", "2");
    assertThat(same.exitCode()).as(same.err()).isZero();
    assertThat(same.out().lines()).hasSize(3);
    assertThat(same.out().lines().toList().get(2))
        .matches("OnnxRuntime float32 +2 +2 +\\d+ +\\d+ +1\\.0000 +1\\.0000 +.*");

    CommandLineRun lessExact =
        CommandLineRun.of(
            "model",
            "verify",
            model,
            "--engine",
            "OnnxRuntime",
            "--precision",
            "int8",
            "--frames",
            "8",
            "--agree",
            "1.01");
    assertThat(lessExact.exitCode()).isEqualTo(1);
  }

  @Test
  void namesWhatIsWrong() {
    assertThat(CommandLineRun.of("model", "compile", model, "--engine", "TensorRt").err())
        .isEqualTo("watchword: there is no engine 'TensorRt'; did you mean 'TensorRT'?\n");
    assertThat(CommandLineRun.of("model", "compile", model, "--batch", "x").err())
        .contains("option batch: expected whole numbers from 1, not 'x'");
    assertThat(CommandLineRun.of("model", "compile", directory.toString()).err())
        .contains("config.json");
    assertThat(CommandLineRun.of("model").err()).contains("name what to do");
  }
}
