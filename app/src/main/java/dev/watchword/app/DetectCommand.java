package dev.watchword.app;

import dev.watchword.paligemma.DetectPrompt;
import dev.watchword.paligemma.TaskPrompt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code watchword detect}: boxes of one picture. */
@Command(
    name = "detect",
    description = "Prints what a prompt sees in a picture as JSON and writes an annotated copy.",
    mixinStandardHelpOptions = true)
final class DetectCommand extends ObjectsCommand {
  @Option(
      names = "--prompt",
      required = true,
      paramLabel = "TEXT",
      description = "For example: \"detect person ; car\".")
  private String prompt;

  @Override
  TaskPrompt prompt() {
    return DetectPrompt.parse(prompt);
  }
}
