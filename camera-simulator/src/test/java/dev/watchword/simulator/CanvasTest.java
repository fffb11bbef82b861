package dev.watchword.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CanvasTest {
  private static final int SIZE = 200;
  private static final Sprite BAG = new Sprite.Bag(1.2, Color.ORANGE);
  private static final Sprite TRUCK = new Sprite.Truck(2, Color.RED, Color.WHITE, 1);

  static Stream<Sprite> sprites() {
    return Stream.of(
        new Sprite.Person(0.33, Color.RED, Color.BLUE, Color.PINK, null),
        new Sprite.Car(2, Color.GREEN, 1),
        new Sprite.Car(2, Color.GREEN, -1),
        TRUCK,
        TRUCK.mirrored(),
        BAG);
  }

  @ParameterizedTest
  @MethodSource("sprites")
  void boxesWhatIsDrawn(Sprite sprite) {
    BufferedImage black = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
    List<TruthBox> truth = draw(black, new Placed(sprite, 0.5, 0.8, 0.4, 0, 0));
    assertThat(truth).hasSize(1);
    TruthBox box = truth.get(0);
    TruthBox seen = extent(black);
    assertThat(box.label()).isEqualTo(sprite.label());
    assertThat(box.xMin()).isEqualTo(seen.xMin(), within(0.011f));
    assertThat(box.yMin()).isEqualTo(seen.yMin(), within(0.011f));
    assertThat(box.xMax()).isEqualTo(seen.xMax(), within(0.011f));
    assertThat(box.yMax()).isEqualTo(seen.yMax(), within(0.011f));
  }

  @Test
  void leavesOutWhatANearerObjectHides() {
    Placed hidden = new Placed(BAG, 0.5, 0.7, 0.1, 0, 0);
    Placed beside = new Placed(BAG, 0.1, 0.7, 0.1, 0, 0);
    Placed inFront = new Placed(TRUCK, 0.6, 0.75, 0.3, 0, 0);
    assertThat(draw(blank(), inFront, beside, hidden))
        .extracting(TruthBox::label)
        .containsExactly("bag", "truck");
  }

  @Test
  void listsWhatIsHalfCovered() {
    Placed half = new Placed(BAG, 0.4, 0.7, 0.1, 0, 0);
    Placed inFront = new Placed(TRUCK, 0.7, 0.75, 0.3, 0, 0);
    assertThat(draw(blank(), half, inFront)).hasSize(2);
  }

  @Test
  void clipsToThePictureAndLeavesOutSlivers() {
    assertThat(draw(blank(), new Placed(TRUCK, 0, 0.75, 0.3, 0, 0)).get(0).xMin()).isZero();
    assertThat(draw(blank(), new Placed(TRUCK, -0.285, 0.75, 0.3, 0, 0))).isEmpty();
    assertThat(draw(blank(), new Placed(TRUCK, -2, 0.75, 0.3, 0, 0))).isEmpty();
  }

  private static BufferedImage blank() {
    return new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
  }

  /** On black ground a shadow is black too, so only the objects show. */
  private static List<TruthBox> draw(BufferedImage picture, Placed... placed) {
    return new Canvas(picture).draw(List.of(placed), any -> Color.BLACK);
  }

  private static TruthBox extent(BufferedImage picture) {
    int left = SIZE;
    int top = SIZE;
    int right = 0;
    int bottom = 0;
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        if ((picture.getRGB(x, y) & 0xffffff) != 0) {
          left = Math.min(left, x);
          right = Math.max(right, x + 1);
          top = Math.min(top, y);
          bottom = Math.max(bottom, y + 1);
        }
      }
    }
    return new TruthBox(
        "", (float) left / SIZE, (float) top / SIZE, (float) right / SIZE, (float) bottom / SIZE);
  }
}
