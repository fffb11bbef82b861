package dev.watchword.app;

import dev.watchword.paligemma.Box;
import dev.watchword.paligemma.Detection;
import dev.watchword.service.pictures.Mark;
import java.util.List;

/** A model's detections as what is drawn of them. */
final class Marks {
  private Marks() {}

  static List<Mark> of(List<Detection> detections) {
    return detections.stream().map(Marks::of).toList();
  }

  private static Mark of(Detection detection) {
    Box box = detection.box();
    return new Mark(
        detection.label(),
        detection.score().value(),
        box.xMin(),
        box.yMin(),
        box.xMax(),
        box.yMax(),
        detection.mask().map(mask -> mask::covers));
  }
}
