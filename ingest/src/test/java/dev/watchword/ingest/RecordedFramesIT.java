package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.SampledFrame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedFramesIT {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir private Path directory;

  private static List<SampledFrame> read(Path clip, long skipped) throws IOException {
    List<SampledFrame> frames = new ArrayList<>();
    try (RecordedFrames video = RecordedFrames.open("gate", clip, "session", START, 2)) {
      video.skip(skipped);
      for (Optional<SampledFrame> next = video.next(); next.isPresent(); next = video.next()) {
        frames.add(next.get());
      }
    }
    return frames;
  }

  @Test
  void givesTheSameFramesEachTimeAndFromAnyOnOn() throws Exception {
    Path clip = Clips.drawn(directory, 160, 120, 10, 6);

    List<SampledFrame> frames = read(clip, 0);

    assertThat(frames).hasSize(12).isEqualTo(read(clip, 0));
    assertThat(read(clip, 5)).isEqualTo(frames.subList(5, 12));
    assertThat(read(clip, 99)).isEmpty();
    for (int i = 0; i < 12; i++) {
      assertThat(frames.get(i).getId().getSequence()).isEqualTo(i);
      assertThat(frames.get(i).getCapturedAt()).isEqualTo(START.plusMillis(500L * i));
      assertThat(frames.get(i).getClock()).isEqualTo(CaptureClock.CONTAINER);
    }
  }

  @Test
  void tellsTheLengthAndWhatIsNoVideo() throws Exception {
    assertThat(RecordedFrames.length(Clips.drawn(directory, 160, 120, 10, 6)))
        .contains(Duration.ofSeconds(6));
    Path text = Files.writeString(directory.resolve("notes.mp4"), "no video at all");

    assertThatThrownBy(() -> RecordedFrames.length(text))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("notes.mp4");
  }
}
