package dev.watchword.app;

import dev.watchword.ingest.CameraConfig;
import dev.watchword.ingest.GateProbe;
import dev.watchword.simulator.H264Writer;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * A clip that shows what a camera's motion gate sees: what changed in red, what is masked dark, and
 * a frame in green where a picture passes and grey where it does not. It plays at the sampling
 * rate.
 */
final class GateClip implements AutoCloseable {
  private static final Color PASSED = new Color(0x4ade80);
  private static final Color GATED = new Color(0x9ca3af);
  private static final int CHANGED = 0xff0000;

  private final Path file;
  private final double framesPerSecond;
  private H264Writer writer;
  private int passed;
  private int frames;

  private GateClip(Path file, double framesPerSecond) {
    this.file = file;
    this.framesPerSecond = framesPerSecond;
  }

  /** What the clip shows. */
  record Summary(int frames, int passed) {}

  /**
   * Watches the camera for so much of its stream and writes the clip. Throws {@link IOException}
   * with one sentence when there is nothing to see.
   */
  static Summary write(CameraConfig camera, Duration length, Path file) throws IOException {
    try (GateClip clip = new GateClip(file, camera.samplesPerSecond())) {
      GateProbe.watch(camera, length, clip::add);
      if (clip.writer == null) {
        throw new IOException("the camera gave no picture");
      }
      clip.writer.finish();
      return new Summary(clip.frames, clip.passed);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void add(GateProbe.Look look) {
    try {
      BufferedImage picture = draw(look);
      if (writer == null) {
        writer = new H264Writer(file, picture.getWidth(), picture.getHeight(), framesPerSecond);
      }
      writer.write(picture, frames == 0);
      frames++;
      passed += look.passed() ? 1 : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static BufferedImage draw(GateProbe.Look look) throws IOException {
    BufferedImage jpeg = ImageIO.read(new ByteArrayInputStream(look.jpeg()));
    int width = jpeg.getWidth();
    int height = jpeg.getHeight();
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int cell = y * look.height() / height * look.width() + x * look.width() / width;
        picture.setRGB(x, y, shade(jpeg.getRGB(x, y), look, cell));
      }
    }
    Graphics2D g = picture.createGraphics();
    caption(g, look, width, height);
    g.dispose();
    return picture;
  }

  private static int shade(int colour, GateProbe.Look look, int cell) {
    if (!look.watched()[cell]) {
      return colour >> 2 & 0x3f3f3f;
    }
    return look.changed()[cell]
        ? (colour & CHANGED) + (((colour ^ CHANGED) & 0xfefefe) >>> 1)
        : colour;
  }

  private static void caption(Graphics2D g, GateProbe.Look look, int width, int height) {
    int unit = Math.max(2, Math.min(width, height) / 120);
    g.setColor(look.passed() ? PASSED : GATED);
    for (int i = 0; i < unit; i++) {
      g.drawRect(i, i, width - 1 - 2 * i, height - 1 - 2 * i);
    }
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 6 * unit));
    String text =
        String.format(
            Locale.ROOT,
            "%5.1f s  %s  %.2f %% changed%s",
            look.at().toMillis() / 1000.0,
            look.passed() ? "passed" : "gated",
            100 * look.score(),
            look.lightChanged() ? "  light" : "");
    g.fillRect(
        unit,
        unit,
        g.getFontMetrics().stringWidth(text) + 4 * unit,
        g.getFontMetrics().getHeight());
    g.setColor(Color.BLACK);
    g.drawString(text, 3 * unit, unit + g.getFontMetrics().getAscent());
  }

  @Override
  public void close() {
    if (writer != null) {
      writer.close();
    }
  }
}
