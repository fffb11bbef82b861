package dev.watchword.tensorrt;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.PaliGemma;
import dev.watchword.paligemma.graph.PlanGraphs;
import dev.watchword.tensorrt.nvidia.PlanBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Builds one plan in a process of its own: what the builder takes of memory ends with it, as the
 * bindings cannot free it, and when NVIDIA's code fails hard this process goes on to say so.
 */
final class PlanProcess {
  private static final String FAILURE = "failure: ";

  private final Path checkpoint;
  private final TensorRtOptions options;
  private final Consumer<String> progress;

  PlanProcess(Path checkpoint, TensorRtOptions options, Consumer<String> progress) {
    this.checkpoint = checkpoint;
    this.options = options;
    this.progress = progress;
  }

  /**
   * @param plan one of {@link Compilation#PLANS}
   * @throws CheckpointException with the sentence of the process, or how it ended
   */
  void build(String plan, Path file) throws CheckpointException, IOException {
    Process process =
        new ProcessBuilder(command(checkpoint, options, plan, file))
            .redirectErrorStream(true)
            .start();
    String last = "it said nothing";
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(FAILURE)) {
          throw new CheckpointException(line.substring(FAILURE.length()));
        }
        progress.accept(line);
        last = line;
      }
      int status = process.waitFor();
      if (status != 0) {
        throw new CheckpointException(
            "TensorRT ended the process that built %s of %s (status %d) after: %s"
                .formatted(plan, checkpoint, status, last));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CheckpointException("stopped while plans were being built", e);
    } finally {
      process.destroy();
    }
  }

  static List<String> command(Path checkpoint, TensorRtOptions options, String plan, Path file) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (argument.startsWith("-D") || argument.startsWith("--enable-native-access")) {
        command.add(argument);
      }
    }
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(PlanProcess.class.getName());
    command.addAll(List.of(checkpoint.toString(), plan, file.toString()));
    options.texts().forEach((name, value) -> command.add(name + "=" + value));
    return command;
  }

  /** In the process: the checkpoint, the plan, its file, then {@code option=value} words. */
  public static void main(String[] arguments) {
    int status = 0;
    try {
      buildHere(Path.of(arguments[0]), arguments[1], Path.of(arguments[2]), options(arguments));
    } catch (CheckpointException | IllegalStateException e) {
      System.out.println(FAILURE + e.getMessage());
      status = 1;
    } catch (IOException e) {
      System.out.println(FAILURE + "%s cannot be written: %s".formatted(arguments[2], e));
      status = 1;
    }
    System.out.flush();
    // Not exit: it runs the destructors of NVIDIA's libraries, over objects that nobody could free.
    Runtime.getRuntime().halt(status);
  }

  private static TensorRtOptions options(String[] arguments) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (int i = 3; i < arguments.length; i++) {
      int at = arguments[i].indexOf('=');
      texts.put(arguments[i].substring(0, at), arguments[i].substring(at + 1));
    }
    return TensorRtOptions.read(texts);
  }

  private static void buildHere(Path checkpoint, String plan, Path file, TensorRtOptions options)
      throws CheckpointException, IOException {
    PlanGraphs graphs = PaliGemma.plans(checkpoint, options.model(), options.shapes());
    Probe.Found machine = Probe.ofThisMachine().toCompile(options.device());
    EmptyLibrary.load(machine.missing(), options.plans().resolve("empty"));
    Path timings = options.plans().resolve(timings(machine));
    new PlanBuilder(graphs, machine.gpu().index(), timings, System.out::println).build(plan, file);
  }

  /** They hold for the plans of all models, on one TensorRT and one kind of GPU. */
  private static String timings(Probe.Found machine) {
    return "timings of %s, TensorRT %s"
        .formatted(machine.gpu().name().replaceAll("[^A-Za-z0-9 .-]", "-"), machine.tensorRt());
  }
}
