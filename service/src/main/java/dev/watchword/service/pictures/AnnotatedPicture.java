package dev.watchword.service.pictures;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Draws masks, boxes, labels and scores on a copy of a picture. Lines and letters grow with the
 * picture, and a dark rim keeps the lines apart from bright ground.
 */
public final class AnnotatedPicture {
  private static final Color[] COLOURS = {
    new Color(0x4ade80),
    new Color(0x38bdf8),
    new Color(0xfbbf24),
    new Color(0xf472b6),
    new Color(0xa78bfa),
    new Color(0xfb923c)
  };
  private static final Color RIM = new Color(0, 0, 0, 160);

  /** In units that grow with the picture. JPEG blurs the colour of a thinner line away. */
  private static final float LINE_WIDTH = 1.5f;

  private static final float RIM_WIDTH = 2.5f;
  private static final int SMALLEST_LETTERS = 9;
  private static final float JPEG_QUALITY = 0.92f;

  private AnnotatedPicture() {}

  /** A copy of a JPEG, itself a JPEG. Throws {@link IOException} when it is none. */
  public static byte[] draw(byte[] jpeg, List<Mark> marks) throws IOException {
    BufferedImage picture = ImageIO.read(new ByteArrayInputStream(jpeg));
    if (picture == null) {
      throw new IOException("the picture to draw on is no JPEG");
    }
    return jpeg(draw(picture, marks));
  }

  /** The picture as a JPEG. */
  public static byte[] jpeg(BufferedImage picture) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam how = writer.getDefaultWriteParam();
      how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      how.setCompressionQuality(JPEG_QUALITY);
      writer.setOutput(out);
      writer.write(null, new IIOImage(picture, null, null), how);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** A copy without transparency; each label has a colour of its own. */
  public static BufferedImage draw(BufferedImage picture, List<Mark> marks) {
    return draw(picture, marks, AnnotatedPicture::colour);
  }

  /** The same in other colours. */
  public static BufferedImage draw(
      BufferedImage picture, List<Mark> marks, Function<Mark, Color> colours) {
    BufferedImage copy =
        new BufferedImage(picture.getWidth(), picture.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D g = copy.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.drawImage(picture, 0, 0, null);
    float unit = Math.max(1f, Math.min(picture.getWidth(), picture.getHeight()) / 240f);
    g.setFont(
        new Font(Font.SANS_SERIF, Font.BOLD, Math.max(SMALLEST_LETTERS, Math.round(7 * unit))));
    for (Mark mark : marks) {
      mark.shape().ifPresent(shape -> fill(copy, mark, shape, colours.apply(mark)));
    }
    for (Mark mark : marks) {
      draw(g, mark, colours.apply(mark), picture.getWidth(), picture.getHeight(), unit);
    }
    g.dispose();
    return copy;
  }

  /** Tints the pixels whose centres the object covers. */
  private static void fill(BufferedImage picture, Mark mark, Mark.Shape shape, Color tint) {
    double left = mark.xMin() * picture.getWidth();
    double top = mark.yMin() * picture.getHeight();
    double width = (mark.xMax() - mark.xMin()) * picture.getWidth();
    double height = (mark.yMax() - mark.yMin()) * picture.getHeight();
    int colour = tint.getRGB();
    for (int y = first(top); y + 0.5 < Math.min(top + height, picture.getHeight()); y++) {
      for (int x = first(left); x + 0.5 < Math.min(left + width, picture.getWidth()); x++) {
        if (shape.covers((x + 0.5 - left) / width, (y + 0.5 - top) / height)) {
          picture.setRGB(x, y, mix(picture.getRGB(x, y), colour));
        }
      }
    }
  }

  /** The first pixel of the picture whose centre is not before the edge. */
  private static int first(double edge) {
    return Math.max(0, (int) Math.ceil(edge - 0.5));
  }

  /** Each channel's mean: half of the picture shows through. */
  private static int mix(int one, int other) {
    return (one & other) + (((one ^ other) & 0xfefefe) >>> 1);
  }

  private static Color colour(Mark mark) {
    return COLOURS[Math.floorMod(mark.label().hashCode(), COLOURS.length)];
  }

  private static void draw(
      Graphics2D g, Mark mark, Color colour, int width, int height, float unit) {
    int x = Math.round(mark.xMin() * width);
    int y = Math.round(mark.yMin() * height);
    int w = Math.round((mark.xMax() - mark.xMin()) * width);
    int h = Math.round((mark.yMax() - mark.yMin()) * height);
    g.setColor(RIM);
    g.setStroke(new BasicStroke(RIM_WIDTH * unit));
    g.drawRect(x, y, w, h);
    g.setColor(colour);
    g.setStroke(new BasicStroke(LINE_WIDTH * unit));
    g.drawRect(x, y, w, h);
    String text = String.format(Locale.ROOT, "%s %.2f", mark.label(), mark.score());
    int textWidth = g.getFontMetrics().stringWidth(text) + Math.round(4 * unit);
    int textHeight = g.getFontMetrics().getHeight();
    int left = Math.max(0, Math.min(x, width - textWidth));
    int top = y >= textHeight ? y - textHeight : y;
    g.fillRect(left, top, textWidth, textHeight);
    g.setColor(Color.BLACK);
    g.drawString(text, left + Math.round(2 * unit), top + g.getFontMetrics().getAscent());
  }
}
