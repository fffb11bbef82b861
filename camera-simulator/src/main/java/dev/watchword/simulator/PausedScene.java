package dev.watchword.simulator;

/** A scene in which nothing moves for a while, then all does, and then nothing again. */
public final class PausedScene implements FrameSource {
  private final DrawnScene scene;
  private final int before;
  private final int moving;
  private final int after;

  /**
   * @param scene of at least {@code moving + 1} frames
   * @param before frames for which its first one stands
   * @param moving frames in which it plays
   * @param after frames for which it stands again
   */
  public PausedScene(DrawnScene scene, int before, int moving, int after) {
    Checks.index(moving, scene.frames());
    this.scene = scene;
    this.before = before;
    this.moving = moving;
    this.after = after;
  }

  @Override
  public String id() {
    return scene.id() + "-paused-" + before + "-" + moving + "-" + after;
  }

  @Override
  public int width() {
    return scene.width();
  }

  @Override
  public int height() {
    return scene.height();
  }

  @Override
  public double framesPerSecond() {
    return scene.framesPerSecond();
  }

  @Override
  public int frames() {
    return before + moving + after;
  }

  @Override
  public DrawnFrame frame(int index) {
    Checks.index(index, frames());
    return scene.frame(Math.clamp(index - before, 0, moving));
  }

  @Override
  public boolean cut(int index) {
    return index == 0;
  }
}
