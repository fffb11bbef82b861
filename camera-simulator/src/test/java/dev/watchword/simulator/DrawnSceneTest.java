package dev.watchword.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DrawnSceneTest {

  @ParameterizedTest
  @EnumSource(Setting.class)
  void drawsTheSameForTheSameSeed(Setting setting) {
    DrawnScene one = scene(setting, 3);
    DrawnScene same = scene(setting, 3);
    for (int i = 0; i < one.frames(); i += 17) {
      assertThat(pixels(same.frame(i))).isEqualTo(pixels(one.frame(i)));
      assertThat(same.frame(i).truth()).isEqualTo(one.frame(i).truth());
    }
  }

  @Test
  void drawsAnotherWorldForAnotherSeed() {
    assertThat(pixels(scene(Setting.YARD, 4).frame(0)))
        .isNotEqualTo(pixels(scene(Setting.YARD, 5).frame(0)));
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void keepsTruthInsideThePictureAndLargeEnoughToSee(Setting setting) {
    DrawnScene scene = scene(setting, 11);
    for (int i = 0; i < scene.frames(); i++) {
      assertThat(scene.frame(i).truth()).allSatisfy(DrawnSceneTest::liesInside);
    }
  }

  @Test
  void showsEveryLabelSomewhere() {
    Set<String> seen = new HashSet<>();
    for (Setting setting : Setting.values()) {
      DrawnScene scene = scene(setting, 7);
      for (int i = 0; i < scene.frames(); i += 6) {
        scene.frame(i).truth().forEach(box -> seen.add(box.label()));
      }
    }
    assertThat(seen).containsExactlyInAnyOrder("person", "car", "truck", "bag");
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void leadsFromTheLastFrameBackToTheFirst(Setting setting) {
    for (long seed = 0; seed < 5; seed++) {
      DrawnScene scene = scene(setting, seed);
      int seam = changed(scene.frame(scene.frames() - 1), scene.frame(0));
      int usual = changed(scene.frame(scene.frames() / 2), scene.frame(scene.frames() / 2 + 1));
      assertThat(seam)
          .as("pixels that change across the seam, seed " + seed)
          .isLessThan(Math.max(1500, 4 * usual));
    }
  }

  @Test
  void keepsProportionsWhateverThePictureShape() {
    List<TruthBox> wide = new DrawnScene(Setting.LOT, 7, 320, 120, 12, 240).frame(0).truth();
    List<TruthBox> square = new DrawnScene(Setting.LOT, 7, 160, 160, 12, 240).frame(0).truth();
    assertThat(wide).isNotEmpty().isEqualTo(square);
  }

  @Test
  void drawsShortScenesToo() {
    for (Setting setting : Setting.values()) {
      assertThat(new DrawnScene(setting, 1, 64, 48, 12, 1).frame(0).picture().getWidth())
          .isEqualTo(64);
    }
  }

  @Test
  void refusesPicturesThatCannotBeEncoded() {
    assertThatThrownBy(() -> new DrawnScene(1, 641, 480, 12, 10)).hasMessageContaining("641x480");
    assertThatThrownBy(() -> new DrawnScene(1, 640, 480, 0, 10))
        .hasMessageContaining("framesPerSecond");
    assertThatThrownBy(() -> scene(Setting.YARD, 1).frame(240))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static DrawnScene scene(Setting setting, long seed) {
    return new DrawnScene(setting, seed, 160, 120, 12, 240);
  }

  static void liesInside(TruthBox box) {
    assertThat(List.of(box.xMin(), box.yMin(), box.xMax(), box.yMax()))
        .allMatch(v -> v >= 0 && v <= 1);
    assertThat(box.xMax() - box.xMin()).isGreaterThan(0.0199f);
    assertThat(box.yMax() - box.yMin()).isGreaterThan(0.0199f);
  }

  static int[] pixels(DrawnFrame frame) {
    BufferedImage picture = frame.picture();
    return picture.getRGB(
        0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth());
  }

  /** Pixels whose green differs by more than noise explains. */
  private static int changed(DrawnFrame a, DrawnFrame b) {
    int[] first = pixels(a);
    int[] second = pixels(b);
    int count = 0;
    for (int i = 0; i < first.length; i++) {
      count += Math.abs((first[i] >> 8 & 255) - (second[i] >> 8 & 255)) > 24 ? 1 : 0;
    }
    assertThat(Arrays.equals(first, second)).as("noise makes each frame another").isFalse();
    return count;
  }

  @Test
  void numbersTheObjectsThatItDraws() {
    for (Setting setting : Setting.values()) {
      DrawnScene scene = new DrawnScene(setting, 5, 64, 48, 2, 60);
      for (int i = 0; i < 60; i++) {
        assertThat(List.copyOf(scene.objects(i).values())).isEqualTo(scene.frame(i).truth());
      }
    }
  }
}
