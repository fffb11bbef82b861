package dev.watchword.app.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.schemas.Segment;
import dev.watchword.schemas.SegmentState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedRangeTest {
  private static final Instant TIME = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir private Path storage;

  /** Ten seconds from a second on, as a file that is there unless it was deleted. */
  private Segment segment(String camera, int second, SegmentState state) throws IOException {
    String name = "recordings/" + camera + "/" + (1000 + second) + ".mp4";
    if (state != SegmentState.DELETED) {
      Files.createDirectories(storage.resolve(name).getParent());
      Files.writeString(storage.resolve(name), "");
    }
    return new Segment(
        camera,
        "0195a0b2-0000-7000-8000-000000000001",
        TIME.plusSeconds(second),
        TIME.plusSeconds(second + 10).minusMillis(100),
        name,
        state,
        100,
        1000L,
        "h264");
  }

  private RecordedRange range(List<Segment> segments, int from, int to) throws IOException {
    return RecordedRange.of(
        segments, storage, "gate", TIME.plusSeconds(from), TIME.plusSeconds(to));
  }

  @Test
  void takesTheSegmentsOfTheTimeInTheirOrder() throws Exception {
    List<Segment> segments =
        List.of(
            segment("gate", 20, SegmentState.RECORDED),
            segment("yard", 10, SegmentState.RECORDED),
            segment("gate", 0, SegmentState.RECORDED),
            segment("gate", 10, SegmentState.RECOVERED));

    RecordedRange range = range(segments, 5, 20);

    assertThat(range.sources())
        .extracting(Source::name)
        .containsExactly("recordings/gate/1000.mp4", "recordings/gate/1010.mp4");
    assertThat(range.missing()).isEmpty();
    assertThat(range(segments, 0, 30).sources().get(1).session())
        .as("ids do not depend on what else is read")
        .isEqualTo(range.sources().get(1).session());
  }

  @Test
  void saysWhatIsMissingAndWhy() throws Exception {
    List<Segment> segments =
        List.of(
            segment("gate", 0, SegmentState.RECORDED),
            segment("gate", 10, SegmentState.RECORDED),
            segment("gate", 10, SegmentState.DELETED),
            segment("gate", 20, SegmentState.RECORDED));

    assertThat(range(segments, 0, 60).missing())
        .containsExactly(
            "what was recorded from 2026-03-01T12:00:09.900Z to 2026-03-01T12:00:20Z was deleted",
            "nothing was recorded from 2026-03-01T12:00:29.900Z to 2026-03-01T12:01:00Z");
  }

  @Test
  void refusesATimeOfWhichThereIsNothing() throws Exception {
    List<Segment> segments = List.of(segment("gate", 0, SegmentState.DELETED));

    assertThatThrownBy(() -> range(segments, 0, 10)).hasMessageContaining("is kept any more");
    assertThatThrownBy(() -> range(segments, 50, 60)).hasMessageContaining("nothing was recorded");
  }
}
