package dev.watchword.system;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Average precision as COCO computes it (101-point interpolation, mean over the labels), at one IoU
 * threshold. Detections are taken by falling score; each finds the best overlapping truth of its
 * label and frame, and each truth counts once.
 */
public final class AveragePrecision {
  /** A box in fractions of the picture. */
  public record Box(String label, float xMin, float yMin, float xMax, float yMax) {
    public double iou(Box other) {
      double width = Math.min(xMax, other.xMax) - Math.max(xMin, other.xMin);
      double height = Math.min(yMax, other.yMax) - Math.max(yMin, other.yMin);
      if (width <= 0 || height <= 0) {
        return 0;
      }
      double overlap = width * height;
      return overlap / (area() + other.area() - overlap);
    }

    private double area() {
      return (double) (xMax - xMin) * (yMax - yMin);
    }
  }

  private record Scored(int frame, Box box, float score) {}

  private final List<List<Box>> truths = new ArrayList<>();
  private final List<Scored> detections = new ArrayList<>();

  /** Adds the next frame's truth and returns its number. */
  public int frame(List<Box> truth) {
    truths.add(List.copyOf(truth));
    return truths.size() - 1;
  }

  public void detection(int frame, Box box, float score) {
    detections.add(new Scored(frame, box, score));
  }

  public int objects() {
    return truths.stream().mapToInt(List::size).sum();
  }

  public double at(double threshold, List<String> labels) {
    return labels.stream().mapToDouble(label -> of(label, threshold)).average().orElse(0);
  }

  private double of(String label, double threshold) {
    long objects =
        truths.stream().flatMap(List::stream).filter(box -> box.label().equals(label)).count();
    List<Scored> ranked =
        detections.stream()
            .filter(detection -> detection.box().label().equals(label))
            .sorted(Comparator.comparingDouble((Scored detection) -> -detection.score()))
            .toList();
    Set<Box> found = new HashSet<>();
    double[] bestPrecision = new double[101];
    int hits = 0;
    for (int i = 0; i < ranked.size(); i++) {
      Scored detection = ranked.get(i);
      Box match = best(detection, label);
      if (match != null
          && match.iou(detection.box()) >= threshold
          && found.add(keyed(detection.frame(), match))) {
        hits++;
      }
      double precision = hits / (i + 1.0);
      int recall = (int) Math.floor(100.0 * hits / Math.max(1, objects));
      for (int point = 0; point <= recall; point++) {
        bestPrecision[point] = Math.max(bestPrecision[point], precision);
      }
    }
    double sum = 0;
    for (double precision : bestPrecision) {
      sum += precision;
    }
    return sum / bestPrecision.length;
  }

  private Box best(Scored detection, String label) {
    return truths.get(detection.frame()).stream()
        .filter(box -> box.label().equals(label))
        .max(Comparator.comparingDouble(box -> box.iou(detection.box())))
        .orElse(null);
  }

  /** Two frames may hold equal boxes; the frame's number keeps them apart. */
  private static Box keyed(int frame, Box box) {
    return new Box(frame + "/" + box.label(), box.xMin(), box.yMin(), box.xMax(), box.yMax());
  }
}
