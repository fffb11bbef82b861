package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.SampledFrame;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source of {@link SourcesIT} in a class of its own: nothing runs beside what keeps time. */
class TransportStreamClockIT {
  @TempDir private Path directory;

  /** The clock of a transport stream has 33 bits at 90 kHz and starts anew after 26.5 hours. */
  @Test
  void goesOnWhenItWraps() throws IOException {
    Path clip = Clips.drawn(directory, 160, 120, 12, 4);
    int port = SourcesIT.freePort();
    String last = Double.toString((1L << 33) / 90_000.0 - 3);
    CameraConfig camera =
        Watch.quick("tcp://127.0.0.1:" + port).withTimeouts(Duration.ofSeconds(5));
    try (Pusher pusher =
            Pusher.start(
                clip,
                "tcp://127.0.0.1:" + port + "?listen=1",
                "mpegts",
                "-output_ts_offset",
                last,
                "-muxpreload",
                "0",
                "-muxdelay",
                "0");
        Watch watch = new Watch(camera)) {
      watch.awaitLive().awaitFrames(60);
      List<SampledFrame> frames = watch.topics.frames();
      assertThat(frames).extracting(SampledFrame::getCapturedAt).isSorted();
      assertThat(frames)
          .extracting(frame -> frame.getId().getSession())
          .containsOnly(frames.getFirst().getId().getSession());
      for (int i = 1; i < frames.size(); i++) {
        assertThat(
                Duration.between(frames.get(i - 1).getCapturedAt(), frames.get(i).getCapturedAt())
                    .toMillis())
            .as("from frame %d to the next", i)
            .isLessThan(700);
      }
      assertThat(frames.getLast().getPtsMicros() - frames.getFirst().getPtsMicros())
          .as("stream time of 60 frames across the wrap")
          .isBetween(4_500_000L, 6_500_000L);
    }
  }
}
