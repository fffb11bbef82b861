package dev.watchword.app;

import dev.watchword.paligemma.Box;
import dev.watchword.paligemma.Detection;
import dev.watchword.paligemma.Mask;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Draws masks, boxes, labels and scores on a copy of a picture. */
final class AnnotatedPicture {
  private static final Color[] COLOURS = {
    new Color(0x4ade80),
    new Color(0x38bdf8),
    new Color(0xfbbf24),
    new Color(0xf472b6),
    new Color(0xa78bfa),
    new Color(0xfb923c)
  };

  private AnnotatedPicture() {}

  /** Each label in a colour of its own. */
  static BufferedImage draw(BufferedImage picture, List<Detection> detections) {
    return draw(picture, detections, AnnotatedPicture::colour);
  }

  static BufferedImage draw(
      BufferedImage picture, List<Detection> detections, Function<Detection, Color> colours) {
    BufferedImage copy =
        new BufferedImage(picture.getWidth(), picture.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D g = copy.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.drawImage(picture, 0, 0, null);
    float unit = Math.max(1f, Math.min(picture.getWidth(), picture.getHeight()) / 240f);
    g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, Math.round(7 * unit)));
    for (Detection detection : detections) {
      detection.mask().ifPresent(mask -> fill(copy, detection, mask, colours.apply(detection)));
    }
    for (Detection detection : detections) {
      draw(g, detection, colours.apply(detection), picture.getWidth(), picture.getHeight(), unit);
    }
    g.dispose();
    return copy;
  }

  /** Tints the pixels whose centres the object covers. */
  private static void fill(BufferedImage picture, Detection detection, Mask mask, Color tint) {
    Box box = detection.box();
    double left = box.xMin() * picture.getWidth();
    double top = box.yMin() * picture.getHeight();
    double width = (box.xMax() - box.xMin()) * picture.getWidth();
    double height = (box.yMax() - box.yMin()) * picture.getHeight();
    int colour = tint.getRGB();
    for (int y = (int) Math.ceil(top - 0.5); y + 0.5 < top + height; y++) {
      for (int x = (int) Math.ceil(left - 0.5); x + 0.5 < left + width; x++) {
        if (mask.covers((x + 0.5 - left) / width, (y + 0.5 - top) / height)) {
          picture.setRGB(x, y, mix(picture.getRGB(x, y), colour));
        }
      }
    }
  }

  /** Each channel's mean: half of the picture shows through. */
  private static int mix(int one, int other) {
    return (one & other) + (((one ^ other) & 0xfefefe) >>> 1);
  }

  private static Color colour(Detection detection) {
    return COLOURS[Math.floorMod(detection.label().hashCode(), COLOURS.length)];
  }

  private static void draw(
      Graphics2D g, Detection detection, Color colour, int width, int height, float unit) {
    Box box = detection.box();
    int x = Math.round(box.xMin() * width);
    int y = Math.round(box.yMin() * height);
    int w = Math.round((box.xMax() - box.xMin()) * width);
    int h = Math.round((box.yMax() - box.yMin()) * height);
    g.setColor(colour);
    g.setStroke(new BasicStroke(unit));
    g.drawRect(x, y, w, h);
    String text =
        String.format(Locale.ROOT, "%s %.2f", detection.label(), detection.score().value());
    int textWidth = g.getFontMetrics().stringWidth(text);
    int textHeight = g.getFontMetrics().getHeight();
    int top = y >= textHeight ? y - textHeight : y;
    g.fillRect(x, top, textWidth + Math.round(4 * unit), textHeight);
    g.setColor(Color.BLACK);
    g.drawString(text, x + Math.round(2 * unit), top + g.getFontMetrics().getAscent());
  }
}
