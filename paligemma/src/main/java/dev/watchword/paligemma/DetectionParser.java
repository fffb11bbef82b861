package dev.watchword.paligemma;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Reads boxes out of a model's tokens: {@code object ( " ;" " " object )*} with {@code object}
 * being four locations (top, left, bottom, right), the sixteen codes of a mask if it was asked for,
 * and a label. Models also say other things; whatever is not an object of the prompt is left out,
 * never guessed. Immutable.
 *
 * <ul>
 *   <li>fewer than four locations, no label, a label that is no class: left out
 *   <li>more than four locations in a row: the last four count
 *   <li>an empty or reversed box: left out, not swapped
 *   <li>fewer or more than sixteen codes, or codes elsewhere than before the label: a box without a
 *       mask
 *   <li>the same label over nearly the same place, masks or not: the surest one stays
 *   <li>a box over the whole picture: left out when the options say so
 * </ul>
 */
final class DetectionParser {
  private static final int COORDINATES = 4;

  /** Boxes of one class that overlap more than this are one object. */
  private static final float SAME_OBJECT_IOU = 0.7f;

  private final Vocabulary vocabulary;
  private final AnswerOptions options;

  DetectionParser(Vocabulary vocabulary, AnswerOptions options) {
    this.vocabulary = vocabulary;
    this.options = options;
  }

  /** The detections in the order in which the model named them. */
  List<Detection> parse(List<String> classes, List<EmittedToken> tokens) {
    return withoutDuplicates(new Reading(new ClassNames(classes), tokens).objects());
  }

  /** Suppresses, class by class, boxes that overlap a surer one. */
  private static List<Detection> withoutDuplicates(List<Detection> detections) {
    List<Detection> surestFirst = new ArrayList<>(detections);
    surestFirst.sort(
        Comparator.comparingDouble((Detection detection) -> detection.score().value()).reversed());
    Set<Detection> kept = new LinkedHashSet<>();
    for (Detection candidate : surestFirst) {
      if (kept.stream().noneMatch(other -> sameObject(candidate, other))) {
        kept.add(candidate);
      }
    }
    return detections.stream().distinct().filter(kept::contains).toList();
  }

  private static boolean sameObject(Detection one, Detection other) {
    return one.label().equals(other.label()) && one.box().iou(other.box()) > SAME_OBJECT_IOU;
  }

  /** One pass over one answer. */
  private final class Reading {
    private final ClassNames classes;
    private final List<EmittedToken> tokens;
    private final List<Detection> objects = new ArrayList<>();
    private int at;

    private Reading(ClassNames classes, List<EmittedToken> tokens) {
      this.classes = classes;
      this.tokens = tokens;
    }

    private List<Detection> objects() {
      // Before the first object the first location itself speaks for or against an end.
      Optional<EmittedToken> separator = Optional.empty();
      while (at < tokens.size()) {
        if (vocabulary.isLocation(current())) {
          separator = object(separator);
        } else {
          at++;
        }
      }
      return objects;
    }

    /** Reads one object and returns the separator that ended it. */
    private Optional<EmittedToken> object(Optional<EmittedToken> separatorBefore) {
      int first = at;
      skipWhile(vocabulary::isLocation);
      List<EmittedToken> locations = tokens.subList(first, at);
      int segmentStart = at;
      skipWhile(vocabulary::isSegment);
      Optional<Segment> segment = segment(tokens.subList(segmentStart, at));
      int labelStart = at;
      skipWhile(this::isLabel);
      List<EmittedToken> label = tokens.subList(labelStart, at);
      if (at < tokens.size() && vocabulary.isSegment(current())) {
        segment = Optional.empty();
        skipWhile(vocabulary::isSegment);
      }
      boolean cutOff = at == tokens.size();
      Optional<EmittedToken> separator = Optional.empty();
      String rest = "";
      if (!cutOff && separates(current())) {
        separator = Optional.of(tokens.get(at));
        String piece = vocabulary.text(new int[] {current()});
        rest = piece.substring(0, piece.indexOf(';'));
        at++;
      }
      if (locations.size() >= COORDINATES) {
        float object = separatorBefore.orElse(locations.getFirst()).continuing();
        add(
            locations.subList(locations.size() - COORDINATES, locations.size()),
            label,
            (text(label) + rest).strip(),
            cutOff,
            object,
            segment);
      }
      return separator;
    }

    private void add(
        List<EmittedToken> locations,
        List<EmittedToken> label,
        String name,
        boolean cutOff,
        float object,
        Optional<Segment> segment) {
      if (label.isEmpty() || (cutOff && classes.ambiguousStart(name))) {
        return;
      }
      Optional<String> found = classes.find(name);
      Optional<Box> box = box(locations);
      if (found.isPresent() && box.isPresent()) {
        objects.add(
            new Detection(found.get(), box.get(), score(object, label, locations), segment));
      }
    }

    private Optional<Segment> segment(List<EmittedToken> codes) {
      return codes.size() == Segment.CODES
          ? Optional.of(
              new Segment(
                  codes.stream().map(code -> code.id() - vocabulary.firstSegment()).toList()))
          : Optional.empty();
    }

    private Optional<Box> box(List<EmittedToken> locations) {
      float[] sides = new float[COORDINATES];
      for (int i = 0; i < COORDINATES; i++) {
        int bin = locations.get(i).id() - vocabulary.firstLocation();
        sides[i] = (float) bin / options.locationScale();
      }
      if (sides[0] >= sides[2] || sides[1] >= sides[3]) {
        return Optional.empty();
      }
      Box box = new Box(sides[1], sides[0], sides[3], sides[2]);
      boolean whole = options.dropsWholeFrame() && box.area() > AnswerOptions.WHOLE_FRAME;
      return whole ? Optional.empty() : Optional.of(box);
    }

    private Score score(float object, List<EmittedToken> label, List<EmittedToken> locations) {
      double labelLog = 0;
      for (EmittedToken token : label) {
        labelLog += Math.log(token.probability());
      }
      double locationLog = 0;
      for (EmittedToken token : locations) {
        locationLog += Math.log(token.neighbourhood());
      }
      float labelScore = (float) Math.exp(labelLog / label.size());
      float location = (float) Math.exp(locationLog / COORDINATES);
      return new Score(object * labelScore * location, object, labelScore, location);
    }

    private int current() {
      return tokens.get(at).id();
    }

    private void skipWhile(IntPredicate wanted) {
      while (at < tokens.size() && wanted.test(current())) {
        at++;
      }
    }

    private boolean isLabel(int id) {
      return !vocabulary.isLocation(id)
          && !vocabulary.isSegment(id)
          && !vocabulary.isSpecial(id)
          && !separates(id);
    }

    private boolean separates(int id) {
      return vocabulary.text(new int[] {id}).indexOf(';') >= 0;
    }

    private String text(List<EmittedToken> label) {
      return vocabulary.text(label.stream().mapToInt(EmittedToken::id).toArray());
    }
  }
}
