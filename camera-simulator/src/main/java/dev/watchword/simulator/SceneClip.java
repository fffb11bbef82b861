package dev.watchword.simulator;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Drawn frames as an H.264 clip {@code NAME.mp4} with their truth beside it in {@code
 * NAME.truth.jsonl}: a line per frame, {@code
 * {"frame":0,"ptsMicros":0,"boxes":[{"label":"car","box":[xMin,yMin,xMax,yMax]}]}}, boxes as in
 * {@link TruthBox}.
 */
public final class SceneClip {
  /**
   * Part of a cached clip's name: raise it with each change of what is drawn or how it is encoded.
   */
  static final int RENDERER_VERSION = 1;

  private SceneClip() {}

  /** Slides of random still scenes; see {@link Slideshow}. */
  public static Slideshow slideshow(
      long seed, int scenes, int framesPerScene, int width, int height, double framesPerSecond) {
    return new Slideshow(seed, scenes, framesPerScene, width, height, framesPerSecond);
  }

  /** Where the truth of a clip stands. */
  public static Path truthOf(Path mp4) {
    String name = mp4.getFileName().toString();
    String stem = name.endsWith(".mp4") ? name.substring(0, name.length() - 4) : name;
    return mp4.resolveSibling(stem + ".truth.jsonl");
  }

  /**
   * Returns the clip of these frames in the directory, making it if it is not there yet. A clip
   * that is there is complete: it gets its name last, in one move. Two processes that make the same
   * clip at once both succeed.
   */
  public static Path cached(Path directory, FrameSource source) throws IOException {
    Path mp4 = directory.resolve("drawn-v" + RENDERER_VERSION + "-" + source.id() + ".mp4");
    if (Files.exists(mp4) && Files.exists(truthOf(mp4))) {
      return mp4;
    }
    Files.createDirectories(directory);
    Path temporary = Files.createTempFile(directory, "drawing-", ".mp4");
    try {
      write(source, temporary);
      move(truthOf(temporary), truthOf(mp4));
      move(temporary, mp4);
    } finally {
      Files.deleteIfExists(temporary);
      Files.deleteIfExists(truthOf(temporary));
    }
    return mp4;
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Draws and encodes all frames, replacing the clip and its truth if they are there. Runs on the
   * caller's thread.
   */
  public static void write(FrameSource source, Path mp4) throws IOException {
    try (H264Writer writer =
            new H264Writer(mp4, source.width(), source.height(), source.framesPerSecond());
        BufferedWriter truth = Files.newBufferedWriter(truthOf(mp4))) {
      for (int i = 0; i < source.frames(); i++) {
        DrawnFrame frame = source.frame(i);
        writer.write(frame.picture(), source.cut(i));
        truth.write(line(i, Math.round(i * 1e6 / source.framesPerSecond()), frame.truth()));
        truth.write('\n');
      }
      writer.finish();
    }
  }

  private static String line(int frame, long ptsMicros, List<TruthBox> boxes) {
    return boxes.stream()
        .map(
            box ->
                String.format(
                    Locale.ROOT,
                    "{\"label\":\"%s\",\"box\":[%.6f,%.6f,%.6f,%.6f]}",
                    box.label(),
                    box.xMin(),
                    box.yMin(),
                    box.xMax(),
                    box.yMax()))
        .collect(
            Collectors.joining(
                ",", "{\"frame\":" + frame + ",\"ptsMicros\":" + ptsMicros + ",\"boxes\":[", "]}"));
  }
}
