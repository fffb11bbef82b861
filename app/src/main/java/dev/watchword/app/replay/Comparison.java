package dev.watchword.app.replay;

import dev.watchword.paligemma.Box;
import dev.watchword.schemas.BoundingBox;
import dev.watchword.schemas.Detection;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.Ids;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.Task;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What two replays saw differently in the frames that both have looked at. Boxes of one frame and
 * label belong together when they overlap enough, the best overlaps first; all prompts of a replay
 * count together.
 *
 * @param labels how each label fared
 * @param frames all frames of both, those that differ most first
 * @param onlyA frames that the other replay has no answer about
 * @param sameTexts frames whose answers in words are the same in both
 * @param otherTexts and those whose are not
 */
public record Comparison(
    List<Label> labels, List<Frame> frames, int onlyA, int onlyB, int sameTexts, int otherTexts) {

  /**
   * One label.
   *
   * @param meanIou of the boxes that both have; NaN without any
   * @param meanScore how much higher the second one's scores of these are, in the mean
   * @param mostScore the largest difference of two scores
   */
  public record Label(
      String label,
      int both,
      int onlyA,
      int onlyB,
      double meanIou,
      double meanScore,
      double mostScore) {}

  /**
   * One frame.
   *
   * @param difference 0 when both saw the same: for each box that only one has its score, for the
   *     others what is missing of their overlap
   */
  public record Frame(
      FrameId id,
      Instant capturedAt,
      double difference,
      List<Detection> a,
      List<Detection> b,
      List<String> only) {}

  private static final class Tally {
    private int both;
    private int onlyA;
    private int onlyB;
    private double iou;
    private double score;
    private double most;

    private Label label(String name) {
      return new Label(name, both, onlyA, onlyB, iou / both, both == 0 ? 0 : score / both, most);
    }
  }

  private record Pair(int a, int b, double iou) {}

  /**
   * @param iou overlap from which on two boxes are the same object
   */
  public static Comparison of(
      Collection<FrameDetections> a, Collection<FrameDetections> b, double iou) {
    Map<String, List<FrameDetections>> framesA = byFrame(a);
    Map<String, List<FrameDetections>> framesB = byFrame(b);
    Set<String> common = new HashSet<>(framesA.keySet());
    common.retainAll(framesB.keySet());
    Map<String, Tally> tallies = new TreeMap<>();
    List<Frame> frames = new ArrayList<>();
    int sameTexts = 0;
    int otherTexts = 0;
    for (String id : common) {
      frames.add(frame(framesA.get(id), framesB.get(id), iou, tallies));
      List<String> words = words(framesA.get(id));
      if (!words.isEmpty() || !words(framesB.get(id)).isEmpty()) {
        boolean same = words.equals(words(framesB.get(id)));
        sameTexts += same ? 1 : 0;
        otherTexts += same ? 0 : 1;
      }
    }
    frames.sort(
        Comparator.comparingDouble(Frame::difference)
            .reversed()
            .thenComparing(Frame::capturedAt)
            .thenComparing(frame -> Ids.text(frame.id())));
    List<Label> labels = new ArrayList<>();
    tallies.forEach((label, tally) -> labels.add(tally.label(label)));
    return new Comparison(
        labels,
        frames,
        framesA.size() - common.size(),
        framesB.size() - common.size(),
        sameTexts,
        otherTexts);
  }

  /** What was not answered says nothing. */
  private static Map<String, List<FrameDetections>> byFrame(Collection<FrameDetections> answers) {
    Map<String, List<FrameDetections>> frames = new HashMap<>();
    for (FrameDetections answer : answers) {
      if (answer.getOutcome() == Outcome.INFERRED) {
        frames.computeIfAbsent(Ids.text(answer.getId()), id -> new ArrayList<>()).add(answer);
      }
    }
    return frames;
  }

  private static List<String> words(List<FrameDetections> answers) {
    return answers.stream()
        .filter(answer -> answer.getTask() != Task.DETECT && answer.getTask() != Task.SEGMENT)
        .map(FrameDetections::getText)
        .sorted()
        .toList();
  }

  private static Frame frame(
      List<FrameDetections> a, List<FrameDetections> b, double iou, Map<String, Tally> tallies) {
    List<Detection> boxesA = boxes(a);
    List<Detection> boxesB = boxes(b);
    Set<Integer> freeA = indices(boxesA);
    Set<Integer> freeB = indices(boxesB);
    double difference = 0;
    for (Pair pair : pairs(boxesA, boxesB, iou)) {
      if (freeA.contains(pair.a) && freeB.contains(pair.b)) {
        freeA.remove(pair.a);
        freeB.remove(pair.b);
        Tally tally = tally(tallies, boxesA.get(pair.a));
        double score = boxesB.get(pair.b).getScore() - boxesA.get(pair.a).getScore();
        tally.both++;
        tally.iou += pair.iou;
        tally.score += score;
        tally.most = Math.max(tally.most, Math.abs(score));
        difference += 1 - pair.iou;
      }
    }
    List<String> only = new ArrayList<>();
    for (int i : freeA) {
      tally(tallies, boxesA.get(i)).onlyA++;
      difference += boxesA.get(i).getScore();
      only.add("A " + text(boxesA.get(i)));
    }
    for (int i : freeB) {
      tally(tallies, boxesB.get(i)).onlyB++;
      difference += boxesB.get(i).getScore();
      only.add("B " + text(boxesB.get(i)));
    }
    FrameDetections any = a.getFirst();
    return new Frame(any.getId(), any.getCapturedAt(), difference, boxesA, boxesB, only);
  }

  private static String text(Detection box) {
    return String.format(Locale.ROOT, "%s %.2f", box.getLabel(), box.getScore());
  }

  private static List<Detection> boxes(List<FrameDetections> answers) {
    return answers.stream().flatMap(answer -> answer.getDetections().stream()).toList();
  }

  private static Set<Integer> indices(List<Detection> boxes) {
    Set<Integer> indices = new HashSet<>();
    for (int i = 0; i < boxes.size(); i++) {
      indices.add(i);
    }
    return indices;
  }

  private static List<Pair> pairs(List<Detection> a, List<Detection> b, double least) {
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < a.size(); i++) {
      for (int j = 0; j < b.size(); j++) {
        if (a.get(i).getLabel().equals(b.get(j).getLabel())) {
          double iou = box(a.get(i)).iou(box(b.get(j)));
          if (iou >= least) {
            pairs.add(new Pair(i, j, iou));
          }
        }
      }
    }
    pairs.sort(Comparator.comparingDouble(Pair::iou).reversed());
    return pairs;
  }

  private static Box box(Detection detection) {
    BoundingBox box = detection.getBox();
    return new Box(box.getXMin(), box.getYMin(), box.getXMax(), box.getYMax());
  }

  private static Tally tally(Map<String, Tally> tallies, Detection box) {
    return tallies.computeIfAbsent(box.getLabel(), label -> new Tally());
  }
}
