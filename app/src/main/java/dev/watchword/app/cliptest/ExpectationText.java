package dev.watchword.app.cliptest;

import dev.watchword.app.cliptest.Amount.Bound;
import dev.watchword.service.config.Suggestion;
import dev.watchword.service.config.Units;
import dev.watchword.service.zones.Zones;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Reads one expectation, such as
 *
 * <pre>
 * person between 3.0 s and 7.5 s
 * always at least 2 person in yard with score 0.7 after 10 s
 * no forklift
 * one stay of a car in dock of at least 2 s
 * at most 3 stays of person crossing door before 1m
 * </pre>
 */
final class ExpectationText {
  private static final List<String> NUMBERS =
      List.of(
          "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten");
  private static final Set<String> ARTICLES = Set.of("a", "an", "the");
  private static final List<String> CONDITIONS =
      List.of("between", "after", "before", "in", "with");
  private static final List<String> STAY_CONDITIONS = List.of("of", "for", "crossing");

  private final String text;
  private final List<String> words;
  private final Collection<String> labels;
  private final Zones zones;
  private final Set<String> said = new HashSet<>();
  private int next;
  private Duration from = Duration.ZERO;
  private Optional<Duration> to = Optional.empty();
  private Optional<String> zone = Optional.empty();
  private Optional<Double> score = Optional.empty();
  private Optional<Duration> least = Optional.empty();
  private Optional<Duration> most = Optional.empty();
  private Optional<String> line = Optional.empty();

  private ExpectationText(String text, Collection<String> labels, Zones zones) {
    this.text = text;
    this.words = Arrays.asList(text.strip().split("\\s+"));
    this.labels = labels;
    this.zones = zones;
  }

  /**
   * @param labels that can be expected: the classes of the clip's prompts
   * @param zones of the clip
   * @throws IllegalArgumentException with one sentence for whoever wrote it
   */
  static Expectation parse(String text, Collection<String> labels, Zones zones) {
    return new ExpectationText(text, labels, zones).expectation();
  }

  private Expectation expectation() {
    boolean always = take("always");
    Optional<Amount> amount = amount();
    if (is(next, "a") && (is(next + 1, "stay") || is(next + 1, "stays"))) {
      next++;
    }
    boolean stays = (is(next, "stay") || is(next, "stays")) && is(next + 1, "of");
    if (stays) {
      next += 2;
    }
    String label = label();
    while (next < words.size()) {
      condition(stays);
    }
    Conditions conditions = new Conditions(label, zone, score, from, to);
    if (stays) {
      if (always) {
        throw wrong("'always' is said of boxes, not of stays");
      }
      return new Stays(text, conditions, amount.orElse(Amount.SOME), least, most, line);
    }
    if (!always && amount.map(wanted -> wanted.bound() == Bound.EXACTLY).orElse(false)) {
      throw wrong(
          "in how many frames? Say 'at least', 'at most' or 'always' before the number, or '"
              + amount.get().count()
              + " stays of'");
    }
    return new Boxes(text, conditions, amount.orElse(Amount.SOME), always);
  }

  private Optional<Amount> amount() {
    if (take("no")) {
      return Optional.of(Amount.NONE);
    }
    if (take("at")) {
      Bound bound = bound();
      return Optional.of(new Amount(bound, number()));
    }
    if (take("exactly")) {
      return Optional.of(new Amount(Bound.EXACTLY, number()));
    }
    if (next < words.size() && isNumber(words.get(next)) && !isLabelHere()) {
      return Optional.of(new Amount(Bound.EXACTLY, number()));
    }
    return Optional.empty();
  }

  private Bound bound() {
    if (take("least")) {
      return Bound.AT_LEAST;
    }
    if (take("most")) {
      return Bound.AT_MOST;
    }
    throw wrong("expected 'least' or 'most' after 'at'");
  }

  private static boolean isNumber(String word) {
    return word.matches("\\d{1,6}") || NUMBERS.contains(word.toLowerCase(Locale.ROOT));
  }

  private int number() {
    String word = word("a number");
    if (!isNumber(word)) {
      throw wrong("expected a number such as 2, not '" + word + "'");
    }
    int spelled = NUMBERS.indexOf(word.toLowerCase(Locale.ROOT));
    return spelled >= 0 ? spelled : Integer.parseInt(word);
  }

  private boolean isLabelHere() {
    return labels.stream().anyMatch(this::isHere);
  }

  /** The longest label that stands here, an article before it left out. */
  private String label() {
    if (!isLabelHere() && next < words.size() && ARTICLES.contains(lower(next))) {
      next++;
    }
    String found =
        labels.stream()
            .filter(this::isHere)
            .max((one, other) -> Integer.compare(one.length(), other.length()))
            .orElseThrow(this::noLabel);
    next += found.split(" ").length;
    return found;
  }

  private boolean isHere(String label) {
    String[] parts = label.split(" ");
    for (int i = 0; i < parts.length; i++) {
      if (!is(next + i, parts[i])) {
        return false;
      }
    }
    return true;
  }

  private IllegalArgumentException noLabel() {
    int end = next;
    while (end < words.size()
        && !CONDITIONS.contains(lower(end))
        && !STAY_CONDITIONS.contains(lower(end))) {
      end++;
    }
    String label = String.join(" ", words.subList(Math.min(next, end), end));
    return label.isEmpty()
        ? wrong("what is expected? Name one of " + String.join(", ", labels))
        : wrong("no prompt of this clip asks for '" + label + "'; " + hint(label, labels));
  }

  private void condition(boolean stays) {
    String word = lower(next++);
    if (!said.add(word)) {
      throw wrong("says '" + word + "' twice");
    }
    switch (word) {
      case "between" -> {
        from = duration();
        expect("and");
        to = Optional.of(duration());
        if (from.compareTo(to.get()) > 0) {
          throw wrong("the time ends before it begins");
        }
      }
      case "after" -> from = duration();
      case "before" -> to = Optional.of(duration());
      case "in" -> zone = Optional.of(name("zone", zones.areas().keySet()));
      case "with" -> score = Optional.of(score());
      case "of", "for" -> length(stays);
      case "crossing" -> {
        requireStays(stays, word);
        line = Optional.of(name("line", zones.lines().keySet()));
      }
      default ->
          throw wrong(
              "'"
                  + words.get(next - 1)
                  + "' is not understood; "
                  + Suggestion.nearest(word, CONDITIONS)
                      .map(near -> "did you mean '" + near + "'?")
                      .orElse("after the label come " + String.join(", ", known(stays))));
    }
    if (said.contains("between") && (said.contains("after") || said.contains("before"))) {
      throw wrong("says two times; keep 'between' alone");
    }
  }

  private static List<String> known(boolean stays) {
    return stays
        ? List.of("between", "after", "before", "in", "with score", "of at least", "crossing")
        : List.of("between", "after", "before", "in", "with score");
  }

  private void length(boolean stays) {
    requireStays(stays, "of");
    expect("at");
    Bound bound = bound();
    if (bound == Bound.AT_LEAST) {
      least = Optional.of(duration());
    } else {
      most = Optional.of(duration());
    }
  }

  private void requireStays(boolean stays, String word) {
    if (!stays) {
      throw wrong("'" + word + "' is said of stays, such as 'one stay of car of at least 2 s'");
    }
  }

  private double score() {
    expect("score");
    String word = word("a score");
    try {
      double value = Double.parseDouble(word);
      if (value >= 0 && value <= 1) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw wrong("expected a score between 0 and 1, not '" + word + "'");
  }

  private String name(String kind, Set<String> known) {
    if (is(next, "the")) {
      next++;
    }
    if (is(next, kind)) {
      next++;
    }
    String name = word("the name of a " + kind);
    if (!known.contains(name)) {
      throw wrong("the clip has no " + kind + " '" + name + "'; " + hint(name, known));
    }
    return name;
  }

  /** {@code 3s}, {@code 3.0 s}. */
  private Duration duration() {
    String word = word("a time");
    String whole =
        word.matches("[0-9.]+") && next < words.size() ? word + " " + words.get(next++) : word;
    try {
      return Units.duration(whole);
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  private static String hint(String name, Collection<String> known) {
    return known.isEmpty()
        ? "add it to the clip"
        : Suggestion.nearest(name, known)
            .map(near -> "did you mean '" + near + "'?")
            .orElse("there are " + String.join(", ", known));
  }

  private boolean take(String word) {
    boolean here = is(next, word) && !isLabelHere();
    next += here ? 1 : 0;
    return here;
  }

  private void expect(String word) {
    if (!is(next, word)) {
      throw wrong("expected '" + word + "' after '" + words.get(next - 1) + "'");
    }
    next++;
  }

  private boolean is(int index, String word) {
    return index < words.size() && words.get(index).equalsIgnoreCase(word);
  }

  private String lower(int index) {
    return words.get(index).toLowerCase(Locale.ROOT);
  }

  private String word(String what) {
    if (next >= words.size()) {
      throw wrong("expected " + what + " at the end");
    }
    return words.get(next++);
  }

  private IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException("'" + text + "': " + what);
  }
}
