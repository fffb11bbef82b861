package dev.watchword.simulator;

/** Limits of what is drawn. */
final class Checks {
  private Checks() {}

  static void picture(int width, int height, double framesPerSecond, int frames) {
    if (width < 16 || height < 16 || width % 2 != 0 || height % 2 != 0) {
      throw new IllegalArgumentException(
          "A drawn picture of "
              + width
              + "x"
              + height
              + " cannot be encoded: both sides must be even and at least 16.");
    }
    if (!(framesPerSecond > 0) || framesPerSecond > 240) {
      throw new IllegalArgumentException(
          "framesPerSecond is " + framesPerSecond + "; it must lie above 0 and at most be 240.");
    }
    if (frames < 1) {
      throw new IllegalArgumentException(
          "frames is " + frames + "; a scene has at least one frame.");
    }
  }

  static void index(int index, int frames) {
    if (index < 0 || index >= frames) {
      throw new IndexOutOfBoundsException(
          "Frame " + index + " of a scene that has " + frames + ".");
    }
  }
}
