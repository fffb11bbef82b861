package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JpegEncoderTest {
  private final JpegEncoder encoder = new JpegEncoder(640, 3);

  @AfterEach
  void free() {
    encoder.close();
  }

  @ParameterizedTest
  @CsvSource({
    "1920, 1080, 640, 640, 360",
    "768, 576, 640, 640, 480",
    "1080, 1920, 640, 360, 640",
    "1919, 1079, 640, 640, 360",
    "320, 240, 640, 320, 240",
    "321, 241, 0, 320, 240",
    "641, 359, 0, 640, 358",
    "4000, 10, 64, 64, 2",
    "1, 1, 0, 2, 2"
  })
  void keepsTheShapeAndNeverHasAnOddSide(int w, int h, int longSide, int width, int height) {
    assertThat(JpegEncoder.sizeFor(w, h, longSide)).containsExactly(width, height);
  }

  @ParameterizedTest
  @CsvSource({
    // Y, Cb, Cr of limited range, then of full range, to the colour that they stand for.
    "235, 128, 128, false, false, 255, 255, 255",
    "16, 128, 128, false, false, 0, 0, 0",
    "255, 128, 128, false, true, 255, 255, 255",
    "173, 42, 26, true, false, 0, 255, 0",
    "63, 102, 240, true, false, 255, 0, 0",
    "145, 54, 34, false, false, 0, 255, 0",
  })
  void keepsColours(
      int y, int cb, int cr, boolean bt709, boolean full, int red, int green, int blue)
      throws IOException {
    int space = bt709 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
    int range = full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    for (int side : new int[] {1280, 640}) {
      AVFrame picture = Pictures.solid(side, side / 2, y, cb, cr, space, range);
      BufferedImage image = image(encoder.encode(picture));
      av_frame_free(picture);
      int rgb = image.getRGB(image.getWidth() / 2, image.getHeight() / 2);
      assertThat(rgb >> 16 & 255).isCloseTo(red, within(4));
      assertThat(rgb >> 8 & 255).isCloseTo(green, within(4));
      assertThat(rgb & 255).isCloseTo(blue, within(4));
    }
  }

  @Test
  void followsASourceThatChangesItsSize() throws IOException {
    for (int width : new int[] {1280, 320, 322, 1280}) {
      AVFrame picture =
          Pictures.solid(width, width / 2, 90, 128, 128, AVCOL_SPC_BT709, AVCOL_RANGE_MPEG);
      Jpeg jpeg = encoder.encode(picture);
      av_frame_free(picture);
      BufferedImage image = image(jpeg);
      assertThat(image.getWidth()).isEqualTo(jpeg.width()).isEqualTo(Math.min(640, width));
      assertThat(image.getHeight()).isEqualTo(jpeg.height());
    }
  }

  private static BufferedImage image(Jpeg jpeg) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(jpeg.bytes()));
  }
}
