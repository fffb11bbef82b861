package dev.watchword.paligemma;

import dev.watchword.paligemma.graph.ChoiceGraph;
import java.nio.FloatBuffer;

/** One row's choices, as a plan made them. Valid until the lane's next pass. */
final class PlanChoices implements Row.Choices {
  private final Row row;
  private final TokenChooser chooser;
  private final int first;
  private final FloatBuffer underRules;
  private final FloatBuffer whole;

  /**
   * @param first the row of {@code underRules} and {@code whole} at which its choices begin
   */
  PlanChoices(Row row, TokenChooser chooser, int first, FloatBuffer underRules, FloatBuffer whole) {
    this.row = row;
    this.chooser = chooser;
    this.first = first;
    this.underRules = underRules;
    this.whole = whole;
  }

  /** Whether the row's answer is free, or is compared with a free one. */
  static boolean needWholeHead(Row row) {
    return !row.question().constrained() || row.question().checked();
  }

  @Override
  public TokenChooser.Choice at(int index, int state) {
    if (!row.question().constrained()) {
      return choice(whole, index, free(index), true);
    }
    float unforced = underRules.get(at(index) + 4);
    return choice(underRules, index, token(index), unforced > 0);
  }

  @Override
  public int free(int index) {
    return (int) whole.get(at(index));
  }

  private int at(int index) {
    return (first + index) * ChoiceGraph.PARTS;
  }

  private int token(int index) {
    Vocabulary vocabulary = chooser.vocabulary();
    int column = (int) underRules.get(at(index));
    if (column < Vocabulary.LOCATIONS) {
      return vocabulary.firstLocation() + column;
    }
    int segment = column - Vocabulary.LOCATIONS;
    if (segment < Vocabulary.SEGMENTS) {
      return vocabulary.firstSegment() + segment;
    }
    return row.question().prompt().grammar().orElseThrow().words()[segment - Vocabulary.SEGMENTS];
  }

  private TokenChooser.Choice choice(FloatBuffer from, int index, int token, boolean unforced) {
    int at = at(index);
    float continuing = chooser.ends(token) ? 0 : from.get(at + 2);
    float around = chooser.vocabulary().isLocation(token) ? from.get(at + 3) : 0;
    return new TokenChooser.Choice(
        new EmittedToken(token, from.get(at + 1), continuing, around), unforced);
  }
}
