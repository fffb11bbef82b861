package dev.watchword.paligemma;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What an answer with boxes may say, as a state machine over token ids:
 *
 * <pre>
 * output := end | object ( separator object )* end
 * object := location{4} segment{16}? label
 * </pre>
 *
 * Labels are the prompt's classes, spelled as the tokenizer spells them within an answer. Where one
 * token alone may follow, it need not be asked for. Immutable.
 */
final class Grammar {
  /** The state before the first token. */
  static final int START = 0;

  /** What follows is against the grammar. */
  static final int NONE = -1;

  private static final int AFTER_SEPARATOR = 1;
  private static final int COORDINATES = 4;
  private static final int CODES = 16;

  private enum Run {
    NOTHING,
    LOCATION,
    SEGMENT
  }

  /**
   * @param run which consecutive tokens may follow, to {@code afterRun}
   * @param next which single tokens may follow, and to which state
   * @param mayEnd whether an end token may follow
   */
  private record State(Run run, int afterRun, Map<Integer, Integer> next, boolean mayEnd) {
    private static State run(Run run, int after, boolean mayEnd) {
      return new State(run, after, Map.of(), mayEnd);
    }
  }

  /**
   * How a class is spelled.
   *
   * @param last before the end of the answer
   * @param between before a further object: the label, then the separator
   */
  record Label(List<Integer> last, List<Integer> between) {}

  private final Vocabulary vocabulary;
  private final int[] ends;
  private final boolean segments;
  private final List<State> states = new ArrayList<>();
  private final int[] words;

  private Grammar(Vocabulary vocabulary, int[] ends, boolean segments, List<Label> labels) {
    this.vocabulary = vocabulary;
    this.ends = ends;
    this.segments = segments;
    states.add(State.run(Run.LOCATION, 2, true));
    states.add(State.run(Run.LOCATION, 2, false));
    for (int i = 1; i < COORDINATES; i++) {
      states.add(State.run(Run.LOCATION, states.size() + 1, false));
    }
    for (int i = 0; segments && i < CODES; i++) {
      states.add(State.run(Run.SEGMENT, states.size() + 1, false));
    }
    int labelStart = branch();
    labels.forEach(label -> spell(labelStart, label));
    this.words = singleTokens();
  }

  /**
   * @param segments whether a mask's tokens follow each box
   */
  static Grammar of(
      List<String> classes, boolean segments, PromptTokenizer tokenizer, TokenChooser chooser) {
    List<Label> labels = classes.stream().map(name -> label(name, tokenizer)).toList();
    return new Grammar(chooser.vocabulary(), chooser.ends(), segments, labels);
  }

  /** Locations are cut out of a text before it is tokenised, so they frame what lies between. */
  private static Label label(String name, PromptTokenizer tokenizer) {
    String location = Vocabulary.location(0);
    List<Integer> last = ids(tokenizer.encode(location + " " + name));
    List<Integer> between = ids(tokenizer.encode(location + " " + name + " ; " + location));
    return new Label(last.subList(1, last.size()), between.subList(1, between.size() - 1));
  }

  private static List<Integer> ids(int[] tokens) {
    return Arrays.stream(tokens).boxed().toList();
  }

  private int branch() {
    states.add(new State(Run.NOTHING, NONE, new TreeMap<>(), false));
    return states.size() - 1;
  }

  private void spell(int state, Label label) {
    int between = walk(state, label.between().subList(0, label.between().size() - 1));
    states.get(between).next().put(label.between().getLast(), AFTER_SEPARATOR);
    int last = walk(state, label.last());
    states.set(last, new State(Run.NOTHING, NONE, states.get(last).next(), true));
  }

  private int walk(int state, List<Integer> tokens) {
    int at = state;
    for (int token : tokens) {
      at = states.get(at).next().computeIfAbsent(token, any -> branch());
    }
    return at;
  }

  private int[] singleTokens() {
    TreeSet<Integer> tokens = new TreeSet<>();
    Arrays.stream(ends).forEach(tokens::add);
    states.forEach(state -> tokens.addAll(state.next().keySet()));
    return tokens.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Whether segment tokens belong to this grammar, besides locations and {@link #words}. */
  boolean segments() {
    return segments;
  }

  /** All tokens that may ever occur but for locations and segments, ascending. */
  int[] words() {
    return words.clone();
  }

  boolean allowsLocations(int state) {
    return states.get(state).run() == Run.LOCATION;
  }

  boolean allowsSegments(int state) {
    return states.get(state).run() == Run.SEGMENT;
  }

  /** Whether one of {@link #words} may follow. */
  boolean allows(int state, int word) {
    State at = states.get(state);
    return at.next().containsKey(word) || (at.mayEnd() && isEnd(word));
  }

  private boolean isEnd(int token) {
    return Arrays.stream(ends).anyMatch(end -> end == token);
  }

  /** The state after {@code token}, which is no end; {@link #NONE} when it must not follow. */
  int next(int state, int token) {
    State at = states.get(state);
    boolean inRun =
        switch (at.run()) {
          case NOTHING -> false;
          case LOCATION -> vocabulary.isLocation(token);
          case SEGMENT -> vocabulary.isSegment(token);
        };
    return inRun ? at.afterRun() : at.next().getOrDefault(token, NONE);
  }

  /** The one token that may follow, or {@link #NONE} when there is a choice. */
  int forced(int state) {
    State at = states.get(state);
    boolean single = at.run() == Run.NOTHING && !at.mayEnd() && at.next().size() == 1;
    return single ? at.next().keySet().iterator().next() : NONE;
  }
}
