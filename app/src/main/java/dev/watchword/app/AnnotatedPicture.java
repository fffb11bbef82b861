package dev.watchword.app;

import dev.watchword.paligemma.Box;
import dev.watchword.paligemma.Detection;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;

/** Draws boxes, labels and scores on a copy of a picture. */
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

  static BufferedImage draw(BufferedImage picture, List<Detection> detections) {
    BufferedImage copy =
        new BufferedImage(picture.getWidth(), picture.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D g = copy.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.drawImage(picture, 0, 0, null);
    float unit = Math.max(1f, Math.min(picture.getWidth(), picture.getHeight()) / 240f);
    g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, Math.round(7 * unit)));
    for (Detection detection : detections) {
      draw(g, detection, picture.getWidth(), picture.getHeight(), unit);
    }
    g.dispose();
    return copy;
  }

  private static void draw(Graphics2D g, Detection detection, int width, int height, float unit) {
    Box box = detection.box();
    int x = Math.round(box.xMin() * width);
    int y = Math.round(box.yMin() * height);
    int w = Math.round((box.xMax() - box.xMin()) * width);
    int h = Math.round((box.yMax() - box.yMin()) * height);
    Color colour = COLOURS[Math.floorMod(detection.label().hashCode(), COLOURS.length)];
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
