package dev.watchword.app;

import dev.watchword.app.Findings.Finding;
import dev.watchword.ingest.CameraConfig;
import dev.watchword.service.config.ConfigException;
import dev.watchword.service.config.ConfigFile;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code watchword check}: validates the file, then reaches everything it names; one line each. */
@Command(
    name = "check",
    description =
        "Validates a configuration file, then reaches each camera, the broker, the registry, the storage and the model.",
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  @Option(
      names = {"-c", "--config"},
      required = true,
      paramLabel = "FILE",
      description = "The configuration file.")
  private Path file;

  @Option(names = "--camera", paramLabel = "ID", description = "Reaches this camera alone.")
  private String camera;

  @Option(
      names = "--gate",
      description =
          "With --camera: writes a short clip of what the camera's motion gate lets through.")
  private boolean gate;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long to watch for the clip. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where the clip goes. Default: gate-ID.mp4.")
  private Path out;

  @Override
  public Integer call() throws Exception {
    WatchwordConfig config;
    try {
      config = WatchwordConfig.from(ConfigFile.read(file), new CollectorRegistry());
    } catch (ConfigException e) {
      print(System.out, Finding.bad("config", e.getMessage()));
      return 1;
    }
    print(
        System.out,
        Finding.ok(
            "config",
            file
                + ": "
                + config.ingest().cameras().size()
                + " cameras, "
                + config.inference().prompts().size()
                + " prompts"));
    if (camera != null) {
      return print(System.out, one(config)) ? 0 : 1;
    }
    if (gate) {
      throw new CommandFailure("--gate shows one camera; name it with --camera");
    }
    boolean allOk = true;
    try (ExecutorService threads =
        Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory())) {
      List<Future<Finding>> findings = new ArrayList<>();
      for (Callable<Finding> question : new Findings(config).questions()) {
        findings.add(threads.submit(question));
      }
      for (Future<Finding> finding : findings) {
        allOk &= print(System.out, finding.get());
      }
    }
    return allOk ? 0 : 1;
  }

  private Finding one(WatchwordConfig config) {
    CameraConfig found =
        config.ingest().cameras().stream()
            .filter(each -> each.id().equals(camera))
            .findFirst()
            .orElseThrow(() -> new CommandFailure(file + " has no camera named '" + camera + "'"));
    return gate ? gate(found) : Findings.camera(found);
  }

  private Finding gate(CameraConfig found) {
    Path clip = out == null ? Path.of("gate-" + camera + ".mp4") : out;
    try {
      GateClip.Summary summary = GateClip.write(found, Duration.ofSeconds(seconds), clip);
      return Finding.ok(
          "gate " + camera,
          "%d of %d sampled frames passed; see %s%s"
              .formatted(
                  summary.passed(),
                  summary.frames(),
                  clip,
                  found.gate().isEmpty()
                      ? " (the camera has no gate: key; this is the default one)"
                      : ""));
    } catch (IOException e) {
      return Finding.bad("gate " + camera, e.getMessage());
    }
  }

  private static boolean print(PrintStream out, Finding finding) {
    out.printf(
        "%-20s %-6s %s%n", finding.subject(), finding.ok() ? "ok" : "WRONG", finding.sentence());
    return finding.ok();
  }
}
