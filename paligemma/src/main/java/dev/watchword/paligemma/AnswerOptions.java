package dev.watchword.paligemma;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a model's answers are read.
 *
 * @param locationScale what a location's number is divided by: 1024, as published parsers do, or
 *     1023, as the models' own training code does
 * @param dropsWholeFrame leaves out boxes over more than {@value #WHOLE_FRAME} of the picture,
 *     which some models say instead of many small objects
 * @param maskWeights the file {@code vae-oid.npz} that masks are drawn with; when empty, the one in
 *     the checkpoint's directory, if there is one
 */
public record AnswerOptions(
    int locationScale, boolean dropsWholeFrame, Optional<Path> maskWeights) {
  static final float WHOLE_FRAME = 0.95f;

  public AnswerOptions {
    if (locationScale != 1024 && locationScale != 1023) {
      throw new IllegalArgumentException(
          "location scale %d is neither 1024 nor 1023".formatted(locationScale));
    }
  }

  public static AnswerOptions defaults() {
    return new AnswerOptions(1024, false, Optional.empty());
  }

  public AnswerOptions withLocationScale(int scale) {
    return new AnswerOptions(scale, dropsWholeFrame, maskWeights);
  }

  public AnswerOptions withDropsWholeFrame(boolean drops) {
    return new AnswerOptions(locationScale, drops, maskWeights);
  }

  public AnswerOptions withMaskWeights(Path file) {
    return new AnswerOptions(locationScale, dropsWholeFrame, Optional.of(file));
  }
}
