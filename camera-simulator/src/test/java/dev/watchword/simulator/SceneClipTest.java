package dev.watchword.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_SMPTE170M;

import dev.watchword.simulator.StreamReader.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SceneClipTest {
  private static final Pattern BOX =
      Pattern.compile("\\{\"label\":\"(\\w+)\",\"box\":\\[([^]]+)]}");

  @TempDir Path directory;

  @Test
  void writesATruthLinePerFrame() throws IOException {
    DrawnScene scene = new DrawnScene(Setting.LOT, 3, 160, 120, 12, 24);
    Path clip = directory.resolve("lot.mp4");
    SceneClip.write(scene, clip);
    List<String> lines = Files.readAllLines(directory.resolve("lot.truth.jsonl"));
    assertThat(lines).hasSize(24);
    for (int i = 0; i < 24; i++) {
      assertThat(lines.get(i))
          .startsWith("{\"frame\":" + i + ",\"ptsMicros\":" + Math.round(i * 1e6 / 12) + ",");
      List<TruthBox> read = boxes(lines.get(i));
      List<TruthBox> drawn = scene.frame(i).truth();
      assertThat(read).hasSameSizeAs(drawn).isNotEmpty();
      for (int k = 0; k < read.size(); k++) {
        assertThat(read.get(k))
            .usingRecursiveComparison()
            .withComparatorForType(SceneClipTest::nearly, Float.class)
            .isEqualTo(drawn.get(k));
      }
    }
  }

  @Test
  void encodesWhatWasDrawnAndSaysHowColoursWereConverted() throws IOException {
    DrawnScene scene = new DrawnScene(Setting.STREET, 3, 160, 120, 12, 24);
    Path clip = directory.resolve("street.mp4");
    SceneClip.write(scene, clip);
    try (StreamReader reader = new StreamReader(clip.toString(), 10)) {
      List<Picture> pictures = reader.next(24);
      for (int i = 0; i < 24; i++) {
        Picture picture = pictures.get(i);
        assertThat(picture.ptsMicros()).isEqualTo(Math.round(i * 1e6 / 12));
        assertThat(picture.matrix()).isEqualTo(AVCOL_SPC_SMPTE170M);
        assertThat(picture.range()).isEqualTo(AVCOL_RANGE_MPEG);
        assertThat(lumaError(scene.frame(i), picture))
            .as("mean error of luma in frame " + i)
            .isLessThan(3);
      }
      assertThat(pictures.get(0).key()).isTrue();
      assertThat(pictures.stream().filter(Picture::key).count())
          .isEqualTo(2); // a key frame each 18 frames
    }
  }

  @Test
  void startsEachSlideWithAKeyFrame() throws IOException {
    Path clip = SceneClip.cached(directory, SceneClip.slideshow(2, 4, 5, 64, 48, 12));
    try (StreamReader reader = new StreamReader(clip.toString(), 10)) {
      List<Picture> pictures = reader.next(20);
      for (int i = 0; i < 20; i += 5) {
        assertThat(pictures.get(i).key()).isTrue();
      }
    }
  }

  @Test
  void drawsACachedClipOnce() throws IOException {
    DrawnScene scene = new DrawnScene(Setting.YARD, 3, 64, 48, 12, 5);
    Path first = SceneClip.cached(directory, scene);
    Object key =
        Files.readAttributes(first, java.nio.file.attribute.BasicFileAttributes.class).fileKey();
    Path second = SceneClip.cached(directory, scene);
    assertThat(second).isEqualTo(first);
    assertThat(
            Files.readAttributes(second, java.nio.file.attribute.BasicFileAttributes.class)
                .fileKey())
        .isEqualTo(key);
    Files.delete(SceneClip.truthOf(first));
    SceneClip.cached(directory, scene);
    assertThat(SceneClip.truthOf(first)).exists();
    SceneClip.cached(directory, new DrawnScene(Setting.YARD, 4, 64, 48, 12, 5));
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).as("two clips, two truths, nothing unfinished").hasSize(4);
    }
  }

  private static List<TruthBox> boxes(String line) {
    List<TruthBox> boxes = new ArrayList<>();
    Matcher matcher = BOX.matcher(line);
    while (matcher.find()) {
      String[] v = matcher.group(2).split(",");
      boxes.add(
          new TruthBox(
              matcher.group(1),
              Float.parseFloat(v[0]),
              Float.parseFloat(v[1]),
              Float.parseFloat(v[2]),
              Float.parseFloat(v[3])));
    }
    return boxes;
  }

  private static int nearly(Float a, Float b) {
    return Math.abs(a - b) < 1e-5 ? 0 : Float.compare(a, b);
  }

  /** Against BT.601 in limited range. */
  private static double lumaError(DrawnFrame drawn, Picture decoded) {
    int[] pixels = DrawnSceneTest.pixels(drawn);
    double sum = 0;
    for (int i = 0; i < pixels.length; i++) {
      double y =
          0.299 * (pixels[i] >> 16 & 255)
              + 0.587 * (pixels[i] >> 8 & 255)
              + 0.114 * (pixels[i] & 255);
      sum += Math.abs(16 + y * 219 / 255 - (decoded.luma()[i] & 255));
    }
    return sum / pixels.length;
  }
}
