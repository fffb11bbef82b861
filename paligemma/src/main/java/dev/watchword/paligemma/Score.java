package dev.watchword.paligemma;

/**
 * How sure the model was of one box, from the probabilities of the tokens it chose. PaliGemma emits
 * no score of its own; of the compositions tried on held-out scenes this one ranked boxes best.
 *
 * @param value {@code object * label * location}, 0 to 1
 * @param object that there is an object at all: a box against the end of the text
 * @param label geometric mean of the label's token probabilities
 * @param location geometric mean, over the four coordinates, of the probability within {@value
 *     #LOCATION_BINS} of 1024 bins around the chosen one
 */
public record Score(float value, float object, float label, float location) {
  /** Mass spreads over neighbouring bins, so that one bin's own probability says little. */
  public static final int LOCATION_BINS = 24;

  /**
   * Of a model that tells no probabilities. All ones, so that a threshold lets its boxes through; it
   * says nothing about how sure the model was.
   */
  public static final Score NOT_GIVEN = new Score(1, 1, 1, 1);
}
