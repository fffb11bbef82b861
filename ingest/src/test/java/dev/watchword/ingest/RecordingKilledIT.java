package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.ingest.coverage.CoverageBook;
import dev.watchword.schemas.Segment;
import dev.watchword.schemas.SegmentState;
import io.prometheus.client.CollectorRegistry;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A recorder's process that is killed. */
@Timeout(60)
class RecordingKilledIT extends RecordingFixture {
  @Test
  void killingTheProcessLosesAtMostOneFragment() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                RecordingChild.class.getName(),
                clip.toString(),
                storage.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    int written = 0;
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(child.getInputStream()))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        written = line.startsWith("written ") ? Integer.parseInt(line.substring(8)) : written;
        if (written == 100) {
          child.destroyForcibly().waitFor();
          break;
        }
      }
    }
    assertThat(written).isEqualTo(100);

    try (RecorderLoop loop = loop(config(Duration.ofSeconds(60), 1L << 30), closedQueue())) {
      loop.step();
    }
    assertThat(index).hasSize(1);
    Segment segment = index.get(0);
    assertThat(segment.getState()).isEqualTo(SegmentState.RECOVERED);
    assertThat(segment.getSession()).isEqualTo("session-00000002");
    assertThat(segment.getStart()).isEqualTo(START.plus(100_007, ChronoUnit.MICROS));
    assertThat(segment.getFrames()).isBetween(100 - GOP, 105);
    assertThat(Duration.between(segment.getStart(), segment.getEnd()).toMillis())
        .isEqualTo((segment.getFrames() - 1) * 100L);
    Path file = storage.resolve(segment.getName());
    assertThat(DecodeModesIT.play(file, 100, DecodeMode.EAGER).frames())
        .hasSize(segment.getFrames());
  }

  /** A process of its own that records a clip, slowly, into one segment. */
  static final class RecordingChild {
    private RecordingChild() {}

    public static void main(String[] arguments) throws Exception {
      PacketQueue queue = new PacketQueue(() -> {});
      try (RecorderLoop loop =
              new RecorderLoop(
                  "gate",
                  config(Duration.ofSeconds(60), 1L << 30),
                  queue,
                  new RecordingFiles(Path.of(arguments[1]), "gate"),
                  segment -> {},
                  new IngestMetrics(new CollectorRegistry(), new CoverageBook("test"))
                      .camera("gate"),
                  new RecordingWatch(),
                  Clock.systemUTC());
          PacketReader reader = reader(Path.of(arguments[0]))) {
        queue.opened("session-00000002", reader.parameters(), reader.timeBase());
        loop.step();
        for (int i = 1; i <= 105; i++) {
          AVPacket packet = reader.next();
          queue.packet(packet, ChronoUnit.MICROS.between(Instant.EPOCH, START) + 7 + i * 100_000L);
          loop.step();
          System.out.println("written " + i);
        }
        // Waits to be killed.
        System.in.transferTo(System.out);
        queue.poll(Duration.ofSeconds(60));
      }
    }
  }
}
