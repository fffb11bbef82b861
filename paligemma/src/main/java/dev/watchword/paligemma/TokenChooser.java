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

  boolean ends(int token) {
    for (int end : ends) {
      if (token == end) {
        return true;
      }
    }
    return false;
  }

  /** The choice for one row of logits. */
  EmittedToken choose(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    float peak = logits[best];
    double total = mass(logits, 0, logits.length, peak);
    double going = 1;
    double neighbourhood = 0;
    if (vocabulary.isLocation(best)) {
      int first = vocabulary.firstLocation();
      int end = first + Vocabulary.LOCATIONS;
      going = mass(logits, first, end, peak);
      neighbourhood =
          mass(
                  logits,
                  Math.max(first, best - Score.LOCATION_BINS),
                  Math.min(end, best + Score.LOCATION_BINS + 1),
                  peak)
              / total;
    }
    double ending = 0;
    for (int end : ends) {
      ending += mass(logits, end, end + 1, peak);
    }
    double continuing = ends(best) ? 0 : going / (going + ending);
    return new EmittedToken(best, (float) (1 / total), (float) continuing, (float) neighbourhood);
  }

  private static double mass(float[] logits, int from, int to, float peak) {
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
