package dev.watchword.app;

import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.TaskPrompt;
import dev.watchword.paligemma.TextPrompt;
import java.awt.image.BufferedImage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command whose answer is words: it prints them and nothing else. */
abstract class WordsCommand extends PictureCommand {
  /** As long as the smallest mix checkpoints were taught to answer. */
  static final int MAX_NEW_TOKENS = 256;

  @Override
  ModelOptions options() {
    return super.options().withMaxNewTokens(MAX_NEW_TOKENS);
  }

  @Override
  void print(BufferedImage picture, TaskPrompt prompt, Said said) {
    System.out.println(said.generation().text());
  }

  /** {@code watchword caption}: a sentence about one picture. */
  @Command(
      name = "caption",
      description = "Prints a sentence about a picture.",
      mixinStandardHelpOptions = true)
  static final class Caption extends WordsCommand {
    @Option(
        names = "--language",
        paramLabel = "CODE",
        defaultValue = "en",
        description = "The sentence's language. Default: ${DEFAULT-VALUE}.")
    private String language;

    @Override
    TaskPrompt prompt() {
      return TextPrompt.caption(language);
    }
  }

  /** {@code watchword ocr}: the writing in one picture. */
  @Command(
      name = "ocr",
      description = "Prints the writing in a picture.",
      mixinStandardHelpOptions = true)
  static final class Ocr extends WordsCommand {
    @Override
    TaskPrompt prompt() {
      return TextPrompt.ocr();
    }
  }

  /** {@code watchword answer}: a question about one picture. */
  @Command(
      name = "answer",
      description = "Answers a question about a picture.",
      mixinStandardHelpOptions = true)
  static final class Answering extends WordsCommand {
    @Parameters(
        index = "1",
        paramLabel = "QUESTION",
        description = "For example: \"how many cars are there?\".")
    private String question;

    @Option(
        names = "--language",
        paramLabel = "CODE",
        defaultValue = "en",
        description = "The answer's language. Default: ${DEFAULT-VALUE}.")
    private String language;

    @Override
    TaskPrompt prompt() {
      return TextPrompt.answer(language, question);
    }
  }
}
