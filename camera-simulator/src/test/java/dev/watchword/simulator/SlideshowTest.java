package dev.watchword.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SlideshowTest {

  @Test
  void holdsEachSceneForItsFrames() {
    Slideshow slides = SceneClip.slideshow(5, 3, 4, 64, 48, 12);
    assertThat(slides.frames()).isEqualTo(12);
    int[] first = DrawnSceneTest.pixels(slides.frame(0));
    assertThat(DrawnSceneTest.pixels(slides.frame(3))).isEqualTo(first);
    assertThat(DrawnSceneTest.pixels(slides.frame(4))).isNotEqualTo(first);
    assertThat(DrawnSceneTest.pixels(slides.frame(0))).isEqualTo(first);
    assertThat(slides.cut(0)).isTrue();
    assertThat(slides.cut(3)).isFalse();
    assertThat(slides.cut(4)).isTrue();
  }

  @Test
  void givesEveryFrameAPictureOfItsOwn() {
    Slideshow slides = SceneClip.slideshow(5, 1, 2, 64, 48, 12);
    DrawnFrame scribbled = slides.frame(0);
    int before = scribbled.picture().getRGB(5, 5);
    scribbled.picture().setRGB(5, 5, ~before);
    assertThat(slides.frame(1).picture().getRGB(5, 5)).isEqualTo(before);
  }

  @Test
  void drawsAThousandObjectsOfAllLabelsAlike() {
    Slideshow slides = SceneClip.slideshow(1, 700, 1, 32, 32, 12);
    Map<String, Integer> counts = new TreeMap<>();
    for (int i = 0; i < slides.frames(); i++) {
      for (TruthBox box : slides.frame(i).truth()) {
        DrawnSceneTest.liesInside(box);
        counts.merge(box.label(), 1, Integer::sum);
      }
    }
    assertThat(counts).containsOnlyKeys("bag", "car", "person", "truck");
    assertThat(counts.values()).allMatch(count -> count > 200);
    assertThat(counts.values().stream().mapToInt(Integer::intValue).sum()).isGreaterThan(1000);
  }

  @Test
  void drawsAStillSceneAlikeForTheSameSeed() {
    DrawnFrame one = DrawnScene.still(9, 64, 48);
    DrawnFrame same = DrawnScene.still(9, 64, 48);
    assertThat(DrawnSceneTest.pixels(same)).isEqualTo(DrawnSceneTest.pixels(one));
    assertThat(same.truth()).isEqualTo(one.truth());
  }
}
