package dev.watchword.app.cliptest;

import dev.watchword.app.cliptest.Amount.Bound;
import dev.watchword.schemas.Detection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Boxes in sampled frames. At least so many: in one frame of the time. At most so many, or always:
 * in all of them.
 */
record Boxes(String text, Conditions conditions, Amount amount, boolean always)
    implements Expectation {
  /** A picture of each frame would fill the directory. */
  private static final int MOST_PICTURES = 3;

  @Override
  public Verdict judge(Watched watched) {
    List<Sight> looked =
        watched.frames().stream().filter(frame -> conditions.isWithin(frame.at())).toList();
    if (looked.isEmpty()) {
      return new Verdict(false, noFrame(watched.frames()), List.of());
    }
    List<Sight> good =
        looked.stream().filter(frame -> amount.holds(count(frame, watched))).toList();
    boolean all = always || amount.bound() == Bound.AT_MOST;
    boolean ok = all ? good.size() == looked.size() : !good.isEmpty();
    if (ok) {
      return new Verdict(true, seen(looked, watched), List.of());
    }
    if (all) {
      List<Sight> wrong = looked.stream().filter(frame -> !good.contains(frame)).toList();
      return new Verdict(false, wrong(wrong, looked, watched), numbers(wrong));
    }
    return new Verdict(false, missing(looked, watched), nearest(looked, watched));
  }

  private String noFrame(List<Sight> frames) {
    return frames.isEmpty()
        ? "the clip gave no frame"
        : "no frame was sampled%s; the clip's are from %s to %s"
            .formatted(
                conditions.time(),
                Times.of(frames.getFirst().at()),
                Times.of(frames.getLast().at()));
  }

  private int count(Sight frame, Watched watched) {
    double least = conditions.leastScore(watched);
    return (int)
        frame.seen().stream()
            .filter(seen -> conditions.isMeant(seen, watched) && seen.getScore() >= least)
            .count();
  }

  private String seen(List<Sight> looked, Watched watched) {
    List<Sight> with = looked.stream().filter(frame -> count(frame, watched) > 0).toList();
    return with.isEmpty()
        ? "in none of %d frames".formatted(looked.size())
        : "in %d of %d frames, %s".formatted(with.size(), looked.size(), Times.spans(with));
  }

  private String wrong(List<Sight> wrong, List<Sight> looked, Watched watched) {
    int most = wrong.stream().mapToInt(frame -> count(frame, watched)).max().orElseThrow();
    int fewest = wrong.stream().mapToInt(frame -> count(frame, watched)).min().orElseThrow();
    String saw = fewest == most ? Integer.toString(most) : fewest + " to " + most;
    return "saw %s in %d of %d frames, %s%s"
        .formatted(
            saw, wrong.size(), looked.size(), Times.spans(wrong), best(wrong, watched, true));
  }

  /** Says how near it came: at other times, elsewhere, fewer, or less sure. */
  private String missing(List<Sight> looked, Watched watched) {
    int most = looked.stream().mapToInt(frame -> count(frame, watched)).max().orElseThrow();
    StringBuilder sentence =
        new StringBuilder(
            most == 0
                ? "in none of %d frames%s".formatted(looked.size(), conditions.time())
                : "at most %d at once in %d frames%s"
                    .formatted(most, looked.size(), conditions.time()));
    if (most == 0) {
      sentence.append(best(looked, watched, false));
    }
    List<Sight> elsewhen =
        watched.frames().stream()
            .filter(frame -> !conditions.isWithin(frame.at()))
            .filter(frame -> amount.holds(count(frame, watched)))
            .toList();
    if (!elsewhen.isEmpty()) {
      sentence.append("; outside of this time at ").append(Times.spans(elsewhen));
    }
    return sentence.toString();
  }

  /**
   * @param sure whether only what counts is meant; else what came nearest to it
   */
  private String best(List<Sight> frames, Watched watched, boolean sure) {
    double least = sure ? conditions.leastScore(watched) : 0;
    record Best(Sight frame, Detection seen) {}
    return frames.stream()
        .flatMap(frame -> frame.seen().stream().map(seen -> new Best(frame, seen)))
        .filter(best -> best.seen.getLabel().equals(conditions.label()))
        .filter(best -> !sure || conditions.isMeant(best.seen, watched))
        .filter(best -> best.seen.getScore() >= least)
        .max(
            Comparator.comparing((Best best) -> conditions.isMeant(best.seen, watched))
                .thenComparing(best -> best.seen.getScore()))
        .map(
            best ->
                String.format(
                    Locale.ROOT,
                    "; best score%s %.2f at %s",
                    conditions.isMeant(best.seen, watched) ? "" : " outside of the zone",
                    best.seen.getScore(),
                    Times.of(best.frame.at())))
        .orElse("");
  }

  /** The frames in which most was seen, be it unsure or elsewhere; else the middle one. */
  private List<Integer> nearest(List<Sight> looked, Watched watched) {
    List<Sight> some =
        looked.stream()
            .filter(
                frame ->
                    frame.seen().stream()
                        .anyMatch(seen -> seen.getLabel().equals(conditions.label())))
            .sorted(Comparator.comparing((Sight frame) -> -count(frame, watched)))
            .toList();
    return numbers(some.isEmpty() ? List.of(looked.get(looked.size() / 2)) : some);
  }

  private static List<Integer> numbers(List<Sight> frames) {
    return frames.stream().map(Sight::number).limit(MOST_PICTURES).toList();
  }
}
