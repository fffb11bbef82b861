package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.paligemma.Box;
import dev.watchword.paligemma.Detection;
import dev.watchword.paligemma.Mask;
import dev.watchword.paligemma.Score;
import dev.watchword.paligemma.Segment;
import java.awt.image.BufferedImage;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AnnotatedPictureTest {
  private static final Score SURE = new Score(1, 1, 1, 1);

  /** The right half of the box. */
  private static Mask rightHalf() {
    byte[] values = new byte[Mask.SIDE * Mask.SIDE];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) (i % Mask.SIDE >= Mask.SIDE / 2 ? 255 : 0);
    }
    return new Mask(values);
  }

  private static BufferedImage annotated(Box box) {
    Segment segment = new Segment(Collections.nCopies(16, 0), Optional.of(rightHalf()));
    return AnnotatedPicture.draw(
        new BufferedImage(200, 100, BufferedImage.TYPE_INT_RGB),
        List.of(new Detection("car", box, SURE, Optional.of(segment))));
  }

  @Test
  void tintsThePixelsThatTheMaskCovers() {
    BufferedImage picture = annotated(new Box(0.1f, 0.2f, 0.9f, 0.9f));

    assertThat(picture.getRGB(150, 60) & 0xffffff).isNotZero();
    assertThat(picture.getRGB(101, 60)).isEqualTo(picture.getRGB(170, 60));
    assertThat(picture.getRGB(98, 60) & 0xffffff).isZero();
    assertThat(picture.getRGB(190, 60) & 0xffffff).isZero();
  }

  @Test
  void staysInsideThePicture() {
    BufferedImage picture = annotated(new Box(0, 0, 1, 1));

    assertThat(picture.getRGB(150, 60) & 0xffffff).isNotZero();
    assertThat(annotated(new Box(0.999f, 0.999f, 1, 1)).getWidth()).isEqualTo(200);
  }
}
