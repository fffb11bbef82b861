package dev.watchword.app;

import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.TaskPrompt;
import dev.watchword.paligemma.TextPrompt;
import java.awt.image.BufferedImage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code watchword generate}: what a model says to any prompt, unparsed. */
@Command(
    name = "generate",
    description = {
      "Prints what a model says about a picture, unparsed.",
      "The prompt is given to the model as it is, with a line feed after it; each token is the most likely of the whole vocabulary."
    },
    mixinStandardHelpOptions = true)
final class GenerateCommand extends PictureCommand {
  private static final int MOST_NEW_TOKENS = 4096;

  @Option(
      names = "--prompt",
      required = true,
      paramLabel = "TEXT",
      description = "Any text, for example \"caption en\" or \"detect person ; car\".")
  private String prompt;

  @Option(
      names = "--ids",
      description =
          "Print the generated token ids, the end token included, as a JSON array instead of text.")
  private boolean ids;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      defaultValue = "" + WordsCommand.MAX_NEW_TOKENS,
      description = "After how many tokens the answer is cut off. Default: ${DEFAULT-VALUE}.")
  private int maxNewTokens;

  @Override
  TaskPrompt prompt() {
    return new TextPrompt(prompt);
  }

  @Override
  ModelOptions options() {
    if (maxNewTokens < 1 || maxNewTokens > MOST_NEW_TOKENS) {
      throw new CommandFailure(
          "--max-new-tokens must be between 1 and %d, not %d"
              .formatted(MOST_NEW_TOKENS, maxNewTokens));
    }
    return super.options().withMaxNewTokens(maxNewTokens);
  }

  @Override
  void print(BufferedImage picture, TaskPrompt asked, Said said) {
    // A list of numbers prints as a JSON array.
    System.out.println(ids ? said.generation().tokenIds() : said.generation().text());
  }
}
