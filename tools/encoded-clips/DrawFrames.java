import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.Setting;
import java.awt.image.BufferedImage;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Writes the frames of a drawn scene to standard output, RGB, a byte a channel, without a header. */
class DrawFrames {
  public static void main(String[] args) throws IOException {
    Setting setting = Setting.valueOf(args[0]);
    int width = Integer.parseInt(args[1]);
    int height = Integer.parseInt(args[2]);
    double framesPerSecond = Double.parseDouble(args[3]);
    int frames = Integer.parseInt(args[4]);
    DrawnScene scene = new DrawnScene(setting, 11, width, height, framesPerSecond, frames);
    try (OutputStream out = new BufferedOutputStream(System.out, 1 << 20)) {
      for (int i = 0; i < frames; i++) {
        out.write(rgb(scene.frame(i).picture()));
      }
    }
  }

  private static byte[] rgb(BufferedImage picture) {
    byte[] bytes = new byte[3 * picture.getWidth() * picture.getHeight()];
    int at = 0;
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        int pixel = picture.getRGB(x, y);
        bytes[at++] = (byte) (pixel >> 16);
        bytes[at++] = (byte) (pixel >> 8);
        bytes[at++] = (byte) pixel;
      }
    }
    return bytes;
  }
}
