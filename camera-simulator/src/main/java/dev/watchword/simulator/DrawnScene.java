package dev.watchword.simulator;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A fixed camera over a drawn world in which people, cars, trucks and bags move; the last frame
 * leads back to the first. Deterministic in its parameters and the frame index. Immutable, so any
 * thread may draw.
 *
 * <p>The world is a unit square stretched over the picture, whatever the picture's shape: the demo
 * checkpoint squeezes pictures to a square and knows the proportions that come out of that.
 */
public final class DrawnScene implements FrameSource {
  private static final Sensor BY_DAY = new Sensor(1, true, 1.5);

  private final Setting setting;
  private final long seed;
  private final int width;
  private final int height;
  private final double framesPerSecond;
  private final int frames;
  private final Backdrop backdrop;
  private final List<Actor> actors;
  private final int[] background;
  private final short[] grains;

  /** As the other constructor; the seed also picks the setting. */
  public DrawnScene(long seed, int width, int height, double framesPerSecond, int frames) {
    this(
        Setting.values()[Math.floorMod(seed, Setting.values().length)],
        seed,
        width,
        height,
        framesPerSecond,
        frames);
  }

  /**
   * Sets up the world.
   *
   * @param width picture width in pixels, even, at least 16
   * @param height picture height in pixels, even, at least 16
   * @param framesPerSecond above 0
   * @param frames length of the loop, at least 1
   */
  public DrawnScene(
      Setting setting, long seed, int width, int height, double framesPerSecond, int frames) {
    Checks.picture(width, height, framesPerSecond, frames);
    this.setting = setting;
    this.seed = seed;
    this.width = width;
    this.height = height;
    this.framesPerSecond = framesPerSecond;
    this.frames = frames;
    Dice dice = new Dice(seed + 31L * setting.ordinal());
    backdrop = Backdrop.of(setting, dice);
    actors = Cast.of(setting, dice, backdrop, frames / framesPerSecond);
    grains = BY_DAY.grains(dice);
    background = pixels(paintBackground());
  }

  /**
   * Draws one random still scene with none to four objects.
   *
   * @param seed which scene
   */
  public static DrawnFrame still(long seed, int width, int height) {
    Checks.picture(width, height, 1, 1);
    return StillScene.draw(seed, width, height);
  }

  private BufferedImage paintBackground() {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = new Canvas(picture).open();
    backdrop.paint(picture, g);
    g.dispose();
    return picture;
  }

  @Override
  public DrawnFrame frame(int index) {
    Checks.index(index, frames);
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    System.arraycopy(background, 0, pixels(picture), 0, background.length);
    double seconds = index / framesPerSecond;
    List<Placed> sprites =
        actors.stream()
            .map(actor -> actor.at(seconds, frames / framesPerSecond, backdrop))
            .flatMap(Optional::stream)
            .toList();
    List<TruthBox> truth =
        new Canvas(picture).draw(sprites, placed -> backdrop.colourAt(placed.y()));
    BY_DAY.expose(picture, grains, index);
    return new DrawnFrame(picture, truth);
  }

  /**
   * What can be seen in a frame, without drawing it: the boxes of {@link DrawnFrame#truth()}, by a
   * number that each object keeps as long as the scene runs.
   *
   * @param index 0 to {@link #frames()} - 1
   */
  public Map<Integer, TruthBox> objects(int index) {
    Checks.index(index, frames);
    Map<Placed, Integer> numbers = new IdentityHashMap<>();
    List<Placed> sprites = new ArrayList<>();
    for (int i = 0; i < actors.size(); i++) {
      int number = i;
      actors
          .get(i)
          .at(index / framesPerSecond, frames / framesPerSecond, backdrop)
          .ifPresent(
              placed -> {
                numbers.put(placed, number);
                sprites.add(placed);
              });
    }
    List<Placed> order = Canvas.farthestFirst(sprites);
    Map<Integer, TruthBox> objects = new LinkedHashMap<>();
    for (int i = 0; i < order.size(); i++) {
      int number = numbers.get(order.get(i));
      Canvas.visible(order.get(i), order.subList(i + 1, order.size()))
          .ifPresent(box -> objects.put(number, box));
    }
    return objects;
  }

  private static int[] pixels(BufferedImage picture) {
    return ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
  }

  @Override
  public boolean cut(int index) {
    return index == 0;
  }

  @Override
  public String id() {
    return String.format(
        Locale.ROOT,
        "%s-%d-%dx%d-%sfps-%d",
        setting.name().toLowerCase(Locale.ROOT),
        seed,
        width,
        height,
        framesPerSecond,
        frames);
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int height() {
    return height;
  }

  @Override
  public double framesPerSecond() {
    return framesPerSecond;
  }

  @Override
  public int frames() {
    return frames;
  }
}
