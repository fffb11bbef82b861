package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.watchword.paligemma.graph.Checkpoint;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
