package dev.watchword.app;

import dev.watchword.paligemma.AnswerOptions;
import dev.watchword.paligemma.ModelOptions;
import dev.watchword.paligemma.SegmentPrompt;
import dev.watchword.paligemma.TaskPrompt;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code watchword segment}: boxes and masks of one picture. */
@Command(
    name = "segment",
    description =
        "Prints the objects of a prompt with their masks as JSON and writes an annotated copy.",
    mixinStandardHelpOptions = true)
final class SegmentCommand extends ObjectsCommand {
  /** Eleven objects of 23 tokens. */
  private static final int MAX_NEW_TOKENS = 256;

  @Option(
      names = "--prompt",
      required = true,
      paramLabel = "TEXT",
      description = "For example: \"segment person ; car\".")
  private String prompt;

  @Option(
      names = "--mask-weights",
      paramLabel = "FILE",
      description =
          "The weights that masks are drawn with, vae-oid.npz of big_vision. Default: the one in the checkpoint directory.")
  private Path maskWeights;

  @Override
  TaskPrompt prompt() {
    return SegmentPrompt.parse(prompt);
  }

  @Override
  ModelOptions options() {
    AnswerOptions answers = AnswerOptions.defaults();
    return super.options()
        .withMaxNewTokens(MAX_NEW_TOKENS)
        .withAnswers(maskWeights == null ? answers : answers.withMaskWeights(maskWeights));
  }

  @Override
  void print(BufferedImage picture, TaskPrompt asked, Said said) throws IOException {
    super.print(picture, asked, said);
    if (!said.drawsMasks()) {
      System.err.println(
          "no masks, only their codes: put big_vision's vae-oid.npz"
              + " (gs://big_vision/paligemma/vae-oid.npz) into the checkpoint directory or name it"
              + " with --mask-weights");
    }
  }
}
