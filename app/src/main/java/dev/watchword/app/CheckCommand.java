package dev.watchword.app;

import dev.watchword.app.Findings.Finding;
import dev.watchword.service.config.ConfigException;
import dev.watchword.service.config.ConfigFile;
import io.prometheus.client.CollectorRegistry;
import java.io.PrintStream;
import java.nio.file.Path;
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

  private static boolean print(PrintStream out, Finding finding) {
    out.printf(
        "%-20s %-6s %s%n", finding.subject(), finding.ok() ? "ok" : "WRONG", finding.sentence());
    return finding.ok();
  }
}
