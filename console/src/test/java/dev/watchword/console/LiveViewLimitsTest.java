package dev.watchword.console;

import static dev.watchword.console.Records.START;
import static dev.watchword.console.Records.answer;
import static dev.watchword.console.Records.detection;
import static dev.watchword.console.Records.frame;
import static dev.watchword.console.Records.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.console.LiveUpdate.Seen;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The memory that a live view takes is bounded. */
class LiveViewLimitsTest extends LiveViewFixture {
  @Test
  void holdsABoundedNumberOfFramesAndShowsThemBeforeTheyGo() {
    for (int sequence = 0; sequence < 20; sequence++) {
      view.frame(frame("gate", sequence));
    }

    assertThat(pictures()).hasSize(12);
    assertThat(pictures().getLast().header().sequence()).isEqualTo(11);
  }

  @Test
  void holdsABoundedNumberOfBytesAndRefusesAPictureThatNeverFits() {
    for (int sequence = 0; sequence < 4; sequence++) {
      view.frame(frame(id("gate", sequence), START, Records.picture(sequence, 400)));
    }
    assertThat(pictures()).extracting(p -> p.header().sequence()).containsExactly(0L, 1L);

    view.frame(frame(id("gate", 4), START, Records.picture(4, 1_001)));
    assertThat(dropped("too_large")).isEqualTo(1);
    assertThat(view.latestJpeg("gate").orElseThrow().get(1)).isEqualTo((byte) 3);
  }

  @Test
  void refusesCamerasBeyondTheLimit() {
    for (String camera : List.of("a", "b", "c", "d")) {
      view.frame(frame(camera, 0));
    }
    assertThat(view.cameras())
        .extracting(LiveUpdate.CameraState::camera)
        .containsExactly("a", "b", "c");
    assertThat(dropped("too_many_cameras")).isEqualTo(1);
  }

  @Test
  void keepsABoundedListOfDetectionsNewestFirst() {
    for (int sequence = 0; sequence < 2_100; sequence++) {
      String camera = sequence % 2 == 0 ? "gate" : "yard";
      view.answer(answer(id(camera, sequence), detection("person", 0, 0, 1, 1)));
    }
    assertThat(view.detections(Optional.empty(), 9_999)).hasSize(2_000);
    assertThat(view.detections(Optional.of("gate"), 2))
        .extracting(Seen::sequence)
        .containsExactly(2_098L, 2_096L);
  }
}
