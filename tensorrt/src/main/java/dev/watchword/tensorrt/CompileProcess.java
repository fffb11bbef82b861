package dev.watchword.tensorrt;

import dev.watchword.paligemma.CheckpointException;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Compilation} in a process of its own: what the builder takes of memory ends with it, and
 * when NVIDIA's code fails hard this process goes on to say so.
 */
final class CompileProcess {
  static final String FAILURE = "failure: ";

  private static final Logger log = LoggerFactory.getLogger(CompileProcess.class);

  private final Path checkpoint;
  private final TensorRtOptions options;

  CompileProcess(Path checkpoint, TensorRtOptions options) {
    this.checkpoint = checkpoint;
    this.options = options;
  }

  void run() throws CheckpointException, IOException {
    Process process =
        new ProcessBuilder(command(checkpoint, options)).redirectErrorStream(true).start();
    String last = "it said nothing";
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(FAILURE)) {
          throw new CheckpointException(line.substring(FAILURE.length()));
        }
        log.atInfo().addKeyValue("step", line).log("building plans");
        last = line;
      }
      int status = process.waitFor();
      if (status != 0) {
        throw new CheckpointException(
            "TensorRT ended the process that built the plans of %s (status %d) after: %s"
                .formatted(checkpoint, status, last));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CheckpointException("stopped while plans were being built", e);
    } finally {
      process.destroy();
    }
  }

  static List<String> command(Path checkpoint, TensorRtOptions options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (argument.startsWith("-D") || argument.startsWith("--enable-native-access")) {
        command.add(argument);
      }
    }
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Compilation.class.getName());
    command.add(checkpoint.toString());
    options.texts().forEach((name, value) -> command.add(name + "=" + value));
    return command;
  }
}
