package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RgbImageTest {
  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_INT_RGB,
        BufferedImage.TYPE_INT_ARGB,
        BufferedImage.TYPE_INT_BGR,
        BufferedImage.TYPE_3BYTE_BGR,
        BufferedImage.TYPE_4BYTE_ABGR
      })
  void takesColoursOfEachLayout(int type) {
    BufferedImage image = new BufferedImage(3, 2, type);
    image.setRGB(2, 1, 0xFF0A141E);
    RgbImage rgb = RgbImage.of(image);
    assertThat(rgb.width()).isEqualTo(3);
    assertThat(Arrays.copyOfRange(rgb.rgb(), 15, 18)).containsExactly(10, 20, 30);
    assertThat(Arrays.copyOf(rgb.rgb(), 15)).containsOnly(0);
  }

  @Test
  void takesPartOfLargerImage() {
    BufferedImage image = new BufferedImage(6, 5, BufferedImage.TYPE_3BYTE_BGR);
    image.setRGB(3, 2, 0xFF0A141E);
    RgbImage rgb = RgbImage.of(image.getSubimage(2, 1, 3, 3));
    assertThat(Arrays.copyOfRange(rgb.rgb(), 12, 15)).containsExactly(10, 20, 30);
  }

  @Test
  void keepsGreyLevels() {
    BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(0, 0, 0, 100);
    assertThat(RgbImage.of(image).rgb()).containsExactly(100, 100, 100);
  }

  @Test
  void decodesPng() throws IOException {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
    image.setRGB(1, 0, 0x010203);
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    assertThat(RgbImage.decode(png.toByteArray()).rgb()).containsExactly(0, 0, 0, 1, 2, 3);
  }

  @Test
  void refusesWhatIsNoPicture() {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> RgbImage.decode("hello".getBytes(StandardCharsets.UTF_8)))
        .withMessageContaining("not a picture");
  }

  @Test
  void refusesDamagedPictures() {
    byte[] png = Golden.bytes("scenes/00.png");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> RgbImage.decode(Arrays.copyOf(png, 200)));
  }

  @Test
  void refusesBytesThatDoNotFillThePicture() {
    assertThatIllegalArgumentException().isThrownBy(() -> new RgbImage(2, 2, new byte[11]));
  }
}
