package dev.watchword.app;

import dev.watchword.paligemma.CheckpointException;
import dev.watchword.service.config.ConfigException;
import java.io.IOException;
import java.io.PrintWriter;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The command line. Each command is a class of its own; this one turns what they throw into a
 * sentence.
 */
@Command(
    name = "watchword",
    description = "Watches cameras for what you describe in words.",
    mixinStandardHelpOptions = true,
    version = "watchword 0.1.0",
    subcommands = {
      DemoCommand.class,
      UpCommand.class,
      ServiceCommand.Ingest.class,
      ServiceCommand.Infer.class,
      ServiceCommand.Events.class,
      ServiceCommand.Deliver.class,
      ServiceCommand.Archive.class,
      ServiceCommand.Console.class,
      DetectCommand.class,
      SegmentCommand.class,
      WordsCommand.Caption.class,
      WordsCommand.Ocr.class,
      WordsCommand.Answering.class,
      GenerateCommand.class,
      ModelCommand.class,
      TailCommand.class,
      CameraCommand.class,
      PromptCommand.class,
      PromptTestCommand.class,
      RuleCommand.class,
      CoverageCommand.class,
      EvidenceCommand.class,
      QueryCommand.class,
      DeadLetterCommand.class,
      ReplayCommand.class,
      CompareCommand.class,
      CheckCommand.class
    })
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** Runs one command to its end and returns the exit code: 0 done, 1 failed, 2 wrong usage. */
  static int run(String... arguments) {
    return commandLine().execute(arguments);
  }

  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Main());
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setExecutionExceptionHandler(Main::explain);
    return commandLine;
  }

  private static int explain(
      Exception failure, CommandLine commandLine, CommandLine.ParseResult result) {
    PrintWriter err = commandLine.getErr();
    if (isForPeople(failure)) {
      err.println("watchword: " + failure.getMessage());
    } else {
      LoggerFactory.getLogger(Main.class).error("this is a bug in Watchword", failure);
    }
    err.flush();
    return 1;
  }

  private static boolean isForPeople(Exception failure) {
    return failure instanceof ConfigException
        || failure instanceof CheckpointException
        || failure instanceof CommandFailure
        || (failure instanceof IOException && failure.getMessage() != null);
  }
}
