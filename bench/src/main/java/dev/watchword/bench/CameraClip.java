package dev.watchword.bench;

import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.SceneClip;
import java.io.IOException;
import java.nio.file.Path;

/** A drawn scene as a camera would send it: H.264, a key frame each two seconds, a steady rate. */
final class CameraClip {
  private CameraClip() {}

  static Path write(Path directory, int width, int height, int fps, int megabits, int seconds)
      throws IOException, InterruptedException {
    Path drawn = SceneClip.cached(directory, new DrawnScene(3, width, height, fps, fps * seconds));
    Path clip = directory.resolve(height + "p" + fps + ".mp4");
    FfmpegCommand.run(
        "-i",
        drawn.toString(),
        "-c:v",
        "libopenh264",
        "-g",
        Integer.toString(2 * fps),
        "-b:v",
        megabits + "M",
        "-maxrate",
        megabits + "M",
        clip.toString());
    return clip;
  }
}
