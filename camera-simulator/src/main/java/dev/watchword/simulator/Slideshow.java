package dev.watchword.simulator;

import java.awt.image.BufferedImage;
import java.util.Locale;

/**
 * Independent still scenes, each held for some frames so that an encoder settles on it: the
 * material for measuring accuracy through a whole pipeline. Thread-safe; the scene drawn last is
 * kept, so frames are cheapest in order.
 */
public final class Slideshow implements FrameSource {
  private final long seed;
  private final int scenes;
  private final int framesPerScene;
  private final int width;
  private final int height;
  private final double framesPerSecond;
  private volatile Drawn last;

  private record Drawn(int scene, DrawnFrame frame) {}

  /**
   * Sets up the slides.
   *
   * @param scenes number of slides
   * @param framesPerScene frames for which a slide is held
   */
  public Slideshow(
      long seed, int scenes, int framesPerScene, int width, int height, double framesPerSecond) {
    Checks.picture(width, height, framesPerSecond, Math.multiplyExact(scenes, framesPerScene));
    this.seed = seed;
    this.scenes = scenes;
    this.framesPerScene = framesPerScene;
    this.width = width;
    this.height = height;
    this.framesPerSecond = framesPerSecond;
  }

  @Override
  public DrawnFrame frame(int index) {
    Checks.index(index, frames());
    int scene = index / framesPerScene;
    Drawn drawn = last;
    if (drawn == null || drawn.scene != scene) {
      drawn = new Drawn(scene, DrawnScene.still(new Dice(seed + scene).seed(), width, height));
      last = drawn;
    }
    BufferedImage picture = drawn.frame.picture();
    BufferedImage copy = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    picture.copyData(copy.getRaster());
    return new DrawnFrame(copy, drawn.frame.truth());
  }

  @Override
  public boolean cut(int index) {
    return index % framesPerScene == 0;
  }

  @Override
  public String id() {
    return String.format(
        Locale.ROOT,
        "slides-%d-%dx%d-%sfps-%dx%d",
        seed,
        width,
        height,
        framesPerSecond,
        scenes,
        framesPerScene);
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
    return scenes * framesPerScene;
  }
}
