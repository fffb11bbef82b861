package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.watchword.paligemma.graph.Checkpoint;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreprocessorTest {
  @Test
  void resizesBitForBitAsPillowDoes() throws Exception {
    for (JsonNode golden : Golden.cases("resize.json")) {
      PillowResize.Filter filter = PillowResize.Filter.numbered(golden.get("resample").asInt());
      RgbImage resized =
          PillowResize.resize(
              Golden.scene(golden),
              golden.get("width").asInt(),
              golden.get("height").asInt(),
              filter);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(resized.rgb());
      assertThat(HexFormat.of().formatHex(digest))
          .as("%s", golden)
          .isEqualTo(golden.get("sha256").asText());
    }
  }

  @Test
  void pixelsAreThoseOfTransformers(@TempDir Path directory) throws Exception {
    TinyCheckpoint.unpack(TinyCheckpoint.GEMMA_1, directory);
    Preprocessor preprocessor = Preprocessor.of(Checkpoint.open(directory));
    FloatBuffer pixels = FloatBuffer.allocate(preprocessor.floats());
    preprocessor.write(RgbImage.decode(Golden.bytes("pictures/01.png")), pixels, 0);
    FloatBuffer expected =
        ByteBuffer.wrap(Golden.bytes("pixels-01-56.f32"))
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    assertThat(pixels.capacity()).isEqualTo(expected.capacity());
    for (int i = 0; i < pixels.capacity(); i++) {
      assertThat(Math.abs(pixels.get(i) - expected.get(i))).isLessThan(1e-6f);
    }
  }

  @Test
  void keepsPictureThatHasTheRightSize() {
    RgbImage image = new RgbImage(2, 1, new byte[] {1, 2, 3, 4, 5, 6});
    assertThat(PillowResize.resize(image, 2, 1, PillowResize.Filter.BICUBIC)).isSameAs(image);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"size\":56,\"do_convert_rgb\":null}",
        "{\"size\":{\"height\":56,\"width\":56},\"resample\":3}",
        "{\"size\":{\"shortest_edge\":56},\"resample\":null}",
        "{\"image_mean\":[0.5,0.5,0.5],\"image_std\":[0.5,0.5,0.5],\"rescale_factor\":0.00392156862745098}"
      })
  void formsOfTheConfigurationMeanTheSame(String config, @TempDir Path directory) throws Exception {
    TinyCheckpoint.unpack(TinyCheckpoint.GEMMA_1, directory);
    float[] before = pixels(directory);
    Files.writeString(directory.resolve("preprocessor_config.json"), config);
    assertThat(pixels(directory)).isEqualTo(before);
  }

  @Test
  void processorsOwnSectionComesFirst(@TempDir Path directory) throws Exception {
    TinyCheckpoint.unpack(TinyCheckpoint.GEMMA_1, directory);
    float[] before = pixels(directory);
    Files.writeString(
        directory.resolve("preprocessor_config.json"),
        "{\"image_mean\":[0.1,0.2,0.3],\"image_std\":[0.25,0.5,1]}");
    float[] shifted = pixels(directory);
    int plane = before.length / 3;
    // In the first: (x - 0.5) / 0.5; in the second (x - 0.1) / 0.25 for red.
    assertThat(shifted[0]).isCloseTo((before[0] / 2 + 0.4f) / 0.25f, within(1e-5f));
    assertThat(shifted[2 * plane]).isCloseTo(before[2 * plane] / 2 + 0.2f, within(1e-5f));
    Files.writeString(directory.resolve("processor_config.json"), "{\"image_seq_length\":16}");
    assertThat(pixels(directory)).isEqualTo(shifted);
    Files.writeString(
        directory.resolve("processor_config.json"), "{\"image_processor\":{\"resample\":3}}");
    assertThat(pixels(directory)).isEqualTo(before);
  }

  private static float[] pixels(Path directory) throws Exception {
    Preprocessor preprocessor = Preprocessor.of(Checkpoint.open(directory));
    float[] pixels = new float[preprocessor.floats()];
    preprocessor.write(
        RgbImage.decode(Golden.bytes("pictures/01.png")), FloatBuffer.wrap(pixels), 0);
    return pixels;
  }
}
