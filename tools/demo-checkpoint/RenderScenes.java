import dev.watchword.simulator.DrawnFrame;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.TruthBox;
import java.awt.image.BufferedImage;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.FileOutputStream;
import java.io.FileDescriptor;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/**
 * Writes drawn scenes to standard output, for scenes.py to read. A scene is, all big-endian: width, height and number of
 * boxes as int; for each box the number of its label as int and y1, x1, y2, x2 as float fractions; the pixels as RGB bytes.
 *
 * <pre>java -cp camera-simulator/target/classes tools/demo-checkpoint/RenderScenes.java KIND FIRST COUNT</pre>
 *
 * KIND is {@code stills} (random still scenes at 640x480, a seed each), {@code moving} (moving scenes at 640x480, four
 * frames a seed) or {@code mixed} (both, at several sizes: training material).
 */
public final class RenderScenes {
  private static final List<String> LABELS = List.of("person", "car", "truck", "bag");
  private static final int[][] SIZES = {{640, 480}, {640, 360}, {448, 336}, {448, 336}, {320, 240}, {320, 240}, {224, 224}};
  private static final double FRAMES_PER_SECOND = 12;
  private static final int FRAMES = 288;
  private static final int FRAMES_PER_SCENE = 4;
  private static final double STILLS = 0.65;

  public static void main(String[] args) throws IOException {
    System.setProperty("java.awt.headless", "true");
    long first = Long.parseLong(args[1]);
    long end = first + Long.parseLong(args[2]);
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 20))) {
      for (long seed = first; seed < end; seed++) {
        Random random = new Random(seed);
        int[] size = args[0].equals("mixed") ? SIZES[random.nextInt(SIZES.length)] : SIZES[0];
        switch (args[0]) {
          case "stills" -> write(DrawnScene.still(seed, size[0], size[1]), out);
          case "moving" -> moving(seed, size, random, out);
          case "mixed" -> {
            // A moving scene gives several frames, so that it is drawn so much more rarely.
            if (random.nextDouble() * (STILLS + (1 - STILLS) / FRAMES_PER_SCENE) < STILLS) {
              write(DrawnScene.still(seed, size[0], size[1]), out);
            } else {
              moving(seed, size, random, out);
            }
          }
          default -> throw new IllegalArgumentException(args[0] + " is none of stills, moving, mixed");
        }
      }
    }
  }

  private static void moving(long seed, int[] size, Random random, DataOutputStream out) throws IOException {
    DrawnScene scene = new DrawnScene(seed, size[0], size[1], FRAMES_PER_SECOND, FRAMES);
    for (int i = 0; i < FRAMES_PER_SCENE; i++) {
      write(scene.frame(random.nextInt(FRAMES)), out);
    }
  }

  private static void write(DrawnFrame frame, DataOutputStream out) throws IOException {
    BufferedImage picture = frame.picture();
    int width = picture.getWidth();
    int height = picture.getHeight();
    out.writeInt(width);
    out.writeInt(height);
    out.writeInt(frame.truth().size());
    for (TruthBox box : frame.truth()) {
      out.writeInt(LABELS.indexOf(box.label()));
      out.writeFloat(box.yMin());
      out.writeFloat(box.xMin());
      out.writeFloat(box.yMax());
      out.writeFloat(box.xMax());
    }
    int[] argb = picture.getRGB(0, 0, width, height, null, 0, width);
    byte[] rgb = new byte[3 * argb.length];
    for (int i = 0; i < argb.length; i++) {
      rgb[3 * i] = (byte) (argb[i] >> 16);
      rgb[3 * i + 1] = (byte) (argb[i] >> 8);
      rgb[3 * i + 2] = (byte) argb[i];
    }
    out.write(rgb);
  }
}
