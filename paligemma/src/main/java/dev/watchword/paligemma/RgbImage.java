package dev.watchword.paligemma;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * An RGB picture, 8 bits a channel, row-major, interleaved. Requests that hold the same instance
 * share one vision encode. The bytes are not copied; do not change them.
 *
 * @param rgb {@code width * height * 3} bytes
 */
@SuppressWarnings("ArrayRecordComponent") // pictures are told apart by identity
public record RgbImage(int width, int height, byte[] rgb) {
  private static final long MOST_PIXELS = 100_000_000;

  public RgbImage {
    if (width < 1 || height < 1 || rgb.length != (long) width * height * 3) {
      throw new IllegalArgumentException(
          "a %d x %d picture needs %d bytes, not %d"
              .formatted(width, height, (long) width * height * 3, rgb.length));
    }
  }

  /** Drops alpha and repeats grey; grey levels stay as stored, without a change of gamma. */
  public static RgbImage of(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    byte[] rgb = new byte[width * height * 3];
    if (image.getType() == BufferedImage.TYPE_3BYTE_BGR) {
      copyBgr(image.getRaster(), rgb);
    } else if (image.getRaster().getNumBands() <= 2
        && image.getColorModel().getColorSpace().getNumComponents() == 1) {
      copyGrey(image.getRaster(), rgb);
    } else {
      copyConverted(image, rgb);
    }
    return new RgbImage(width, height, rgb);
  }

  private static void copyBgr(Raster raster, byte[] rgb) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] bgr = ((DataBufferByte) raster.getDataBuffer()).getData();
    PixelInterleavedSampleModel layout = (PixelInterleavedSampleModel) raster.getSampleModel();
    int start =
        raster.getDataBuffer().getOffset()
            - raster.getSampleModelTranslateY() * layout.getScanlineStride()
            - raster.getSampleModelTranslateX() * 3;
    for (int y = 0, out = 0; y < height; y++) {
      int in = start + y * layout.getScanlineStride();
      for (int x = 0; x < width; x++, in += 3, out += 3) {
        rgb[out] = bgr[in + 2];
        rgb[out + 1] = bgr[in + 1];
        rgb[out + 2] = bgr[in];
      }
    }
  }

  private static void copyGrey(Raster raster, byte[] rgb) {
    int width = raster.getWidth();
    int bits = raster.getSampleModel().getSampleSize(0);
    int[] row = new int[width];
    for (int y = 0, out = 0; y < raster.getHeight(); y++) {
      raster.getSamples(0, y, width, 1, 0, row);
      for (int x = 0; x < width; x++) {
        byte level = (byte) (bits > 8 ? row[x] >> (bits - 8) : row[x] * 255 / ((1 << bits) - 1));
        rgb[out++] = level;
        rgb[out++] = level;
        rgb[out++] = level;
      }
    }
  }

  private static void copyConverted(BufferedImage image, byte[] rgb) {
    int width = image.getWidth();
    int[] row = new int[width];
    for (int y = 0, out = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int x = 0; x < width; x++) {
        rgb[out++] = (byte) (row[x] >> 16);
        rgb[out++] = (byte) (row[x] >> 8);
        rgb[out++] = (byte) row[x];
      }
    }
  }

  /** Decodes JPEG, PNG or whatever else ImageIO reads. */
  public static RgbImage decode(byte[] encoded) throws IOException {
    try (ImageInputStream stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
      if (!readers.hasNext()) {
        throw new IOException(
            "%d bytes are not a picture that can be read: send JPEG or PNG"
                .formatted(encoded.length));
      }
      return read(readers.next(), stream);
    }
  }

  private static RgbImage read(ImageReader reader, ImageInputStream stream) throws IOException {
    try {
      reader.setInput(stream, true, true);
      long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
      if (pixels > MOST_PIXELS) {
        throw new IOException(
            "the picture has %d pixels, more than the %d allowed".formatted(pixels, MOST_PIXELS));
      }
      return of(reader.read(0));
    } catch (RuntimeException e) {
      // Readers answer some damaged files with whatever went wrong inside them.
      throw new IOException("the picture is damaged: " + e.getMessage(), e);
    } finally {
      reader.dispose();
    }
  }
}
