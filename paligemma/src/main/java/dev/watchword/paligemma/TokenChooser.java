package dev.watchword.paligemma;

/** Greedy choice: the largest logit, the first of equals. Immutable. */
final class TokenChooser {
  /** Smaller terms than {@code exp(-30)} cannot be seen in a 32-bit sum. */
  private static final float NEGLIGIBLE = -30;

  private final Vocabulary vocabulary;
  private final int[] ends;

  /**
   * @param ends the tokens that end a text
   */
  TokenChooser(Vocabulary vocabulary, int... ends) {
    this.vocabulary = vocabulary;
    this.ends = ends.clone();
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  int[] ends() {
    return ends.clone();
  }

  boolean ends(int token) {
    for (int end : ends) {
      if (token == end) {
        return true;
      }
    }
    return false;
  }

  /**
   * Where in a row of logits the tokens of a grammar lie.
   *
   * @param locations the first location's
   * @param segments the first segment's; not used by a grammar without segments
   * @param words those of {@link Grammar#words}, in their order
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Columns(int locations, int segments, int[] words) {}

  /** Where they lie in logits over the whole vocabulary. */
  Columns columns(Grammar grammar) {
    return new Columns(vocabulary.firstLocation(), vocabulary.firstSegment(), grammar.words());
  }

  /** The index of the largest of all logits. */
  static int largest(float[] logits, int count) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  /**
   * @param unforced whether no other token of the grammar had a larger logit, so that the grammar
   *     has changed nothing
   */
  record Choice(EmittedToken token, boolean unforced) {}

  /** The choice over the whole vocabulary. */
  Choice choose(float[] logits) {
    int best = largest(logits, logits.length);
    Masses masses = new Masses(logits, logits[best], vocabulary.firstLocation());
    double ending = 0;
    for (int end : ends) {
      ending += masses.of(end);
    }
    return new Choice(emitted(best, masses, masses.of(0, logits.length), ending), true);
  }

  /** The choice among what the grammar allows in {@code state}. */
  Choice choose(float[] logits, Columns columns, Grammar grammar, int state) {
    Largest any = new Largest();
    Largest allowed = new Largest();
    consider(
        logits,
        columns.locations,
        vocabulary.firstLocation(),
        Vocabulary.LOCATIONS,
        any,
        allowed,
        grammar.allowsLocations(state));
    if (grammar.segments()) {
      consider(
          logits,
          columns.segments,
          vocabulary.firstSegment(),
          Vocabulary.SEGMENTS,
          any,
          allowed,
          grammar.allowsSegments(state));
    }
    int[] words = grammar.words();
    for (int i = 0; i < words.length; i++) {
      float logit = logits[columns.words[i]];
      any.consider(words[i], logit);
      if (grammar.allows(state, words[i])) {
        allowed.consider(words[i], logit);
      }
    }
    Masses masses = new Masses(logits, any.logit, columns.locations);
    double total = masses.of(columns.locations, columns.locations + Vocabulary.LOCATIONS);
    if (grammar.segments()) {
      total += masses.of(columns.segments, columns.segments + Vocabulary.SEGMENTS);
    }
    double ending = 0;
    for (int i = 0; i < words.length; i++) {
      double mass = masses.of(columns.words[i]);
      total += mass;
      ending += ends(words[i]) ? mass : 0;
    }
    masses.chosen = Math.exp(allowed.logit - any.logit);
    return new Choice(emitted(allowed.token, masses, total, ending), allowed.token == any.token);
  }

  private static void consider(
      float[] logits, int from, int first, int count, Largest any, Largest allowed, boolean may) {
    int best = from;
    for (int i = from + 1; i < from + count; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    any.consider(first + best - from, logits[best]);
    if (may) {
      allowed.consider(first + best - from, logits[best]);
    }
  }

  private EmittedToken emitted(int token, Masses masses, double total, double ending) {
    double going = masses.chosen;
    double neighbourhood = 0;
    if (vocabulary.isLocation(token)) {
      int from = masses.locations;
      int end = from + Vocabulary.LOCATIONS;
      int at = from + token - vocabulary.firstLocation();
      going = masses.of(from, end);
      neighbourhood =
          masses.of(
                  Math.max(from, at - Score.LOCATION_BINS),
                  Math.min(end, at + Score.LOCATION_BINS + 1))
              / total;
    }
    double continuing = ends(token) ? 0 : going / (going + ending);
    return new EmittedToken(
        token, (float) (masses.chosen / total), (float) continuing, (float) neighbourhood);
  }

  private static final class Largest {
    private int token = Integer.MAX_VALUE;
    private float logit = Float.NEGATIVE_INFINITY;

    private void consider(int candidate, float value) {
      if (value > logit || (value == logit && candidate < token)) {
        token = candidate;
        logit = value;
      }
    }
  }

  /** Probabilities before they are normalised, against the largest. */
  private static final class Masses {
    private final float[] logits;
    private final float peak;
    private final int locations;
    private double chosen = 1;

    private Masses(float[] logits, float peak, int locations) {
      this.logits = logits;
      this.peak = peak;
      this.locations = locations;
    }

    private double of(int at) {
      return of(at, at + 1);
    }

    private double of(int from, int to) {
      double sum = 0;
      for (int i = from; i < to; i++) {
        float below = logits[i] - peak;
        if (below > NEGLIGIBLE) {
          sum += Math.exp(below);
        }
      }
      return sum;
    }
  }
}
