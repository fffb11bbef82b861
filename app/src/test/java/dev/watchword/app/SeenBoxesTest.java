package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.MarkedBox;
import dev.watchword.schemas.Outcome;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SeenBoxesTest {
  private static SeenBoxes.Search search(Instant moment, String prompt) {
    SeenBoxes.Search search = new SeenBoxes.Search("gate", moment, Optional.ofNullable(prompt));
    search.add(Frames.seen("gate", "people", 10, "person"));
    search.add(Frames.seen("gate", "people", 11, "person", "car"));
    search.add(Frames.seen("gate", "bags", 11, "bag"));
    search.add(
        FrameDetections.newBuilder(Frames.seen("gate", "trial", 11, "dog"))
            .setShadow(true)
            .build());
    search.add(Frames.seen("yard", "people", 11, "truck"));
    search.add(
        FrameDetections.newBuilder(Frames.seen("gate", "people", 12))
            .setOutcome(Outcome.SKIPPED_STALE)
            .build());
    search.add(Frames.seen("gate", "people", 13));
    return search;
  }

  @Test
  void areThoseOfAllPromptsInTheNearestFrameButNotOfShadows() {
    SeenBoxes seen = search(Frames.START.plusMillis(5700), null).found().orElseThrow();

    assertThat(seen.capturedAt()).isEqualTo(Frames.START.plusMillis(5500));
    assertThat(seen.boxes())
        .extracting(MarkedBox::getLabel)
        .containsExactly("person", "car", "bag");
  }

  @Test
  void areThoseOfAShadowWhenItIsNamed() {
    assertThat(search(Frames.START.plusMillis(5700), "trial").found().orElseThrow().boxes())
        .extracting(MarkedBox::getLabel)
        .containsExactly("dog");
  }

  @Test
  void aFrameThatNobodyLookedAtIsNotTheNearest() {
    SeenBoxes seen = search(Frames.START.plusMillis(6100), null).found().orElseThrow();

    assertThat(seen.capturedAt()).isEqualTo(Frames.START.plusMillis(6500));
    assertThat(seen.boxes()).isEmpty();
  }

  @Test
  void thereAreNoneNearAMomentThatNobodyLookedAt() {
    assertThat(search(Frames.START.plusSeconds(60), null).found()).isEmpty();
    assertThat(search(Frames.START.plusSeconds(5), "nobody").found()).isEmpty();
  }
}
