package dev.watchword.app.cliptest;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Times of a clip as people read them. */
final class Times {
  private static final int MOST = 4;

  private Times() {}

  /** {@code 3.5 s}. */
  static String of(Duration at) {
    return number(at) + " s";
  }

  /** {@code 3.5-7 s}, or {@code 3.5 s} when both are the same. */
  static String span(Duration from, Duration to) {
    return number(from).equals(number(to)) ? of(from) : number(from) + "-" + of(to);
  }

  private static String number(Duration at) {
    BigDecimal seconds =
        BigDecimal.valueOf(at.toMillis(), 3).setScale(2, RoundingMode.HALF_UP).stripTrailingZeros();
    return seconds.toPlainString();
  }

  /** Frames that follow one another as one span; the first few spans. */
  static String spans(List<Sight> frames) {
    List<String> spans = new ArrayList<>();
    for (int i = 0; i < frames.size(); i++) {
      Sight first = frames.get(i);
      while (i + 1 < frames.size() && frames.get(i + 1).number() == frames.get(i).number() + 1) {
        i++;
      }
      spans.add(span(first.at(), frames.get(i).at()));
    }
    return listed(spans);
  }

  /** The first few, and how many more there are. */
  static String listed(List<String> all) {
    String first = all.stream().limit(MOST).collect(Collectors.joining(", "));
    return all.size() <= MOST ? first : first + " and " + (all.size() - MOST) + " more";
  }
}
