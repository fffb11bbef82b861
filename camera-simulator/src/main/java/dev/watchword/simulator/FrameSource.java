package dev.watchword.simulator;

/**
 * Frames that can be drawn again at any time: equal parameters give equal pixels and truth.
 * Implementations are thread-safe.
 */
public sealed interface FrameSource permits DrawnScene, PausedScene, Slideshow {

  /**
   * Says which frames these are, fit for a file name: equal ids mean equal frames, as long as the
   * renderer is the same.
   */
  String id();

  int width();

  int height();

  double framesPerSecond();

  /** Number of frames; the last one leads back to the first. */
  int frames();

  /**
   * Draws a frame.
   *
   * @param index 0 to {@link #frames()} - 1
   */
  DrawnFrame frame(int index);

  /**
   * Whether the frame has nothing in common with the one before it, so that an encoder should start
   * afresh.
   */
  boolean cut(int index);
}
