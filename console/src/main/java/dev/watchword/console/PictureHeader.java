package dev.watchword.console;

import dev.watchword.console.LiveUpdate.Box;
import dev.watchword.console.LiveUpdate.Header;
import dev.watchword.console.LiveUpdate.MaskValues;
import dev.watchword.console.LiveUpdate.Said;
import dev.watchword.schemas.BoundingBox;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Mask;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.Task;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** Turns wire records into what browsers get. */
final class PictureHeader {
  /** More boxes than this in one picture help nobody and cost each browser. */
  static final int MOST_BOXES = 500;

  private static final int MOST_CHARACTERS = 500;

  private PictureHeader() {}

  static Header of(
      HeldFrame held, Instant now, double perSecond, Long answeredMillis, Long shownMillis) {
    SampledFrame frame = held.frame;
    return new Header(
        frame.getId().getCamera(),
        frame.getId().getSession(),
        frame.getId().getSequence(),
        frame.getCapturedAt().toString(),
        frame.getClock().name(),
        held.answers().stream()
            .map(FrameDetections::getCompletedAt)
            .max(Comparator.naturalOrder())
            .map(Instant::toString)
            .orElse(null),
        now.toString(),
        frame.getImageWidth(),
        frame.getImageHeight(),
        frame.getDamaged(),
        held.outcome(),
        held.failure().orElse(null),
        boxes(held),
        said(held),
        perSecond,
        answeredMillis,
        shownMillis);
  }

  private static List<Box> boxes(HeldFrame held) {
    return held.answers().stream()
        .flatMap(
            answer ->
                answer.getDetections().stream()
                    .map(
                        detection ->
                            new Box(
                                detection.getLabel(),
                                fractions(detection.getBox()),
                                detection.getScore(),
                                answer.getPromptId(),
                                mask(detection.getMask()))))
        .limit(MOST_BOXES)
        .toList();
  }

  private static MaskValues mask(Mask mask) {
    if (mask == null || !mask.getValues().hasRemaining()) {
      return null;
    }
    return new MaskValues(mask.getWidth(), mask.getHeight(), mask.getValues().duplicate());
  }

  /** The answers in words; the text of boxes is for machines. */
  private static List<Said> said(HeldFrame held) {
    return held.answers().stream()
        .filter(answer -> answer.getTask() != Task.DETECT && answer.getTask() != Task.SEGMENT)
        .filter(answer -> !answer.getText().isBlank())
        .map(answer -> new Said(answer.getPromptId(), shortened(answer.getText().strip())))
        .toList();
  }

  private static String shortened(String text) {
    return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "…";
  }

  static List<Float> fractions(BoundingBox box) {
    return List.of(box.getXMin(), box.getYMin(), box.getXMax(), box.getYMax());
  }
}
