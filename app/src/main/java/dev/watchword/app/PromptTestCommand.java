package dev.watchword.app;

import dev.watchword.app.cliptest.ClipFile;
import dev.watchword.app.cliptest.ClipTests;
import dev.watchword.app.cliptest.JUnitReport;
import dev.watchword.app.cliptest.Result;
import dev.watchword.inference.InferenceConfig;
import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.EmbeddedCheckpoint;
import dev.watchword.paligemma.engine.EngineModel;
import dev.watchword.service.config.ConfigException;
import dev.watchword.service.config.ConfigFile;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code watchword prompt-test}: whether prompts see in known clips what they should. */
@Command(
    name = "prompt-test",
    description = {
      "Shows clips to prompts, without Kafka, and tells whether they see what the file expects.",
      "Exit code 0: all of it, 1: not all, 2: the file, a clip or the model cannot be used."
    },
    mixinStandardHelpOptions = true)
final class PromptTestCommand implements Callable<Integer> {
  private static final int UNUSABLE = 2;
  private static final String ROW = "%-7s %-16s %s: %s%n";

  @Parameters(index = "0", paramLabel = "FILE", description = "The clips, such as clips.yaml.")
  private Path file;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Take prompts, model and events from this configuration file.")
  private Path config;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "A PaliGemma checkpoint directory. Default: the file's, else the embedded one, which knows drawn scenes only.")
  private Path model;

  @Option(
      names = "--junit",
      paramLabel = "FILE",
      description = "Also write the results as JUnit XML, for build servers.")
  private Path junit;

  @Option(
      names = "--pictures",
      paramLabel = "DIR",
      description = "Write annotated frames of what failed into this directory.")
  private Path pictures;

  @Override
  public Integer call() throws InterruptedException {
    try {
      return run();
    } catch (ConfigException | CommandFailure | CheckpointException | IOException e) {
      System.err.println("watchword: " + e.getMessage());
      return UNUSABLE;
    }
  }

  private int run() throws IOException, CheckpointException, InterruptedException {
    long start = System.nanoTime();
    ClipFile clips = ClipFile.read(file, Optional.ofNullable(config).map(this::asked));
    try (EngineModel loaded = load(clips.inference())) {
      ClipTests tests = new ClipTests(clips, loaded, Optional.ofNullable(pictures));
      List<Result> results = tests.run(PromptTestCommand::print);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      if (junit != null) {
        JUnitReport.write(junit, "prompt-test " + file.getFileName(), results, took);
      }
      return summary(results, tests.frames(), took);
    }
  }

  private ClipFile.Asked asked(Path configuration) {
    WatchwordConfig read =
        WatchwordConfig.from(ConfigFile.read(configuration), new CollectorRegistry());
    return new ClipFile.Asked(read.inference(), read.events().tracking());
  }

  private EngineModel load(InferenceConfig inference) throws IOException, CheckpointException {
    if (model != null && inference.remote().isPresent()) {
      throw new CommandFailure("the file's model is behind an endpoint; leave out --model");
    }
    Path directory = model != null ? model : inference.modelPath().orElse(null);
    try {
      return inference.load(
          directory != null ? directory : EmbeddedCheckpoint.extractTo(Caches.checkpoint()));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("model: " + e.getMessage(), e);
    }
  }

  private static void print(Result result) {
    System.out.printf(
        ROW,
        result.ok() ? "ok" : "FAILED",
        result.clip() + "/" + result.prompt(),
        result.expectation(),
        result.verdict().sentence());
  }

  private static int summary(List<Result> results, int frames, Duration took) {
    long failed = results.stream().filter(result -> !result.ok()).count();
    System.out.printf(
        Locale.ROOT,
        "%d ok, %d failed; %d frames in %.1f s%n",
        results.size() - failed,
        failed,
        frames,
        took.toMillis() / 1000.0);
    return failed == 0 ? 0 : 1;
  }
}
