package dev.watchword.service.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnnotatedPictureTest {
  private static BufferedImage black(int width, int height) {
    return new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
  }

  /** A car that covers the right half of its box. */
  private static BufferedImage annotated(float xMin, float yMin, float xMax, float yMax) {
    Mark.Shape rightHalf = (x, y) -> x >= 0.5;
    return AnnotatedPicture.draw(
        black(200, 100),
        List.of(new Mark("car", 1, xMin, yMin, xMax, yMax, Optional.of(rightHalf))));
  }

  private static boolean isDrawn(BufferedImage picture, int x, int y) {
    return (picture.getRGB(x, y) & 0xffffff) != 0;
  }

  @Test
  void tintsThePixelsThatTheMaskCovers() {
    BufferedImage picture = annotated(0.1f, 0.2f, 0.9f, 0.9f);

    assertThat(isDrawn(picture, 150, 60)).isTrue();
    assertThat(picture.getRGB(101, 60)).isEqualTo(picture.getRGB(170, 60));
    assertThat(isDrawn(picture, 98, 60)).isFalse();
    assertThat(isDrawn(picture, 190, 60)).isFalse();
  }

  @Test
  void staysInsideThePicture() {
    assertThat(isDrawn(annotated(0, 0, 1, 1), 150, 60)).isTrue();
    assertThat(annotated(0.999f, 0.999f, 1, 1).getWidth()).isEqualTo(200);
    assertThat(isDrawn(annotated(-0.5f, -0.5f, 1.5f, 1.5f), 150, 60)).isTrue();
  }

  @Test
  void aLabelAtTheRightEdgeCanBeRead() {
    BufferedImage picture =
        AnnotatedPicture.draw(
            black(640, 480), List.of(new Mark("traffic light", 0.9f, 0.98f, 0.5f, 1, 0.6f)));

    // The label's ground begins well before the box.
    assertThat(isDrawn(picture, 590, 232)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"240, 320, 1", "1080, 1920, 6", "2160, 3840, 13"})
  void linesAreAsWideAsThePictureIsLarge(int height, int width, int pixels) {
    BufferedImage picture =
        AnnotatedPicture.draw(
            black(width, height), List.of(new Mark("car", 1, 0.25f, 0.25f, 0.75f, 0.75f)));

    int full = 0;
    for (int x = 0; x < width / 2; x++) {
      full += isBright(picture.getRGB(x, height / 2)) ? 1 : 0;
    }
    assertThat(full).isBetween(pixels, pixels + 1);
  }

  private static boolean isBright(int colour) {
    return (colour >> 16 & 0xff) > 100 || (colour >> 8 & 0xff) > 100 || (colour & 0xff) > 100;
  }

  @Test
  void aJpegStaysAJpegOfItsSize() throws IOException {
    byte[] drawn =
        AnnotatedPicture.draw(
            AnnotatedPicture.jpeg(black(320, 240)),
            List.of(new Mark("car", 1, 0.25f, 0.25f, 0.75f, 0.75f)));

    BufferedImage picture = ImageIO.read(new ByteArrayInputStream(drawn));
    assertThat(picture.getWidth()).isEqualTo(320);
    assertThat(picture.getHeight()).isEqualTo(240);
    assertThat(isDrawn(picture, 80, 120)).isTrue();
    assertThatThrownBy(() -> AnnotatedPicture.draw(new byte[10], List.of()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no JPEG");
  }
}
