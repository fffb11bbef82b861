package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MaskTest {
  private static final int SIDE = Mask.SIDE;

  /** Inside where the column is at least the given one. */
  private static Mask rightOf(int column, float outside, float inside) {
    float[] levels = new float[SIDE * SIDE];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = i % SIDE >= column ? inside : outside;
    }
    return Mask.of(levels);
  }

  @Test
  void coversWhatLiesAboveZero() {
    Mask mask = rightOf(32, -1, 1);

    assertThat(mask.covers(0, 0)).isFalse();
    assertThat(mask.covers(0.49, 1)).isFalse();
    assertThat(mask.covers(0.51, 0)).isTrue();
    assertThat(mask.covers(1, 1)).isTrue();
  }

  @Test
  void interpolatesBetweenTheCentresOfValues() {
    // From -0.2 at the centre of column 31 to 0.6 at that of 32, zero lies a quarter of the way.
    Mask mask = rightOf(32, -0.2f, 0.6f);
    double zero = (31.5 + 0.25) / SIDE;

    assertThat(mask.covers(zero - 0.001, 0.5)).isFalse();
    assertThat(mask.covers(zero + 0.001, 0.5)).isTrue();
  }

  @Test
  void rowsGoDownwards() {
    float[] levels = new float[SIDE * SIDE];
    Arrays.fill(levels, -1);
    Arrays.fill(levels, 0, SIDE * SIDE / 2, 1);
    Mask mask = Mask.of(levels);

    assertThat(mask.covers(0.9, 0.1)).isTrue();
    assertThat(mask.covers(0.1, 0.9)).isFalse();
  }

  @Test
  void cutsOffWhatIsBeyondTheRange() {
    Mask mask = rightOf(32, -7, 9);
    assertThat(mask.values()[0]).isEqualTo((byte) 0);
    assertThat(mask.values()[SIDE - 1]).isEqualTo((byte) 255);
    assertThat(Mask.of(new float[SIDE * SIDE]).values()[0]).isEqualTo((byte) 128);
  }

  @Test
  void hasOneSize() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Mask(new byte[10]))
        .withMessageContaining("4096");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Segment(List.of(1, 2, 3)))
        .withMessageContaining("16");
  }
}
