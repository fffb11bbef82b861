package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class BoxTest {
  @Test
  void overlapIsIntersectionOverUnion() {
    Box box = new Box(0, 0, 0.5f, 0.5f);
    assertThat(box.iou(box)).isEqualTo(1);
    assertThat(box.iou(new Box(0.25f, 0, 0.75f, 0.5f))).isCloseTo(1 / 3f, within(1e-6f));
    assertThat(box.iou(new Box(0.5f, 0.5f, 1, 1))).isZero();
  }

  @Test
  void refusesBoxesOutsideTheImageOrReversed() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Box(-0.1f, 0, 1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new Box(0, 0, 1.1f, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new Box(0.5f, 0, 0.5f, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new Box(0, 0.6f, 1, 0.5f));
    assertThatIllegalArgumentException().isThrownBy(() -> new Box(0, Float.NaN, 1, 1));
  }
}
