package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.schemas.RecordingCause;
import dev.watchword.schemas.Segment;
import dev.watchword.schemas.SegmentState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Recordings need room, and do without it: retention, full and slow disks. */
@Timeout(60)
class RecordingRoomIT extends RecordingFixture {
  @Test
  void keepsWithinItsSizeAndAge() throws Exception {
    record(clip, config(Duration.ofSeconds(3), 1L << 30));
    long each = index.get(0).getBytes();
    index.clear();

    RecordingConfig small =
        new RecordingConfig(Duration.ofSeconds(3), Duration.ofDays(1), each * 2 + each / 2, 0);
    try (RecorderLoop loop = loop(small, closedQueue())) {
      loop.step();
    }
    assertThat(index).extracting(Segment::getState).containsOnly(SegmentState.DELETED);
    assertThat(index.get(0).getName())
        .isEqualTo("recordings/gate/2026-03-01/235955.000-00000001.mp4");
    assertThat(files().finished()).hasSize(4 - index.size());

    clock.now = START.plus(2, ChronoUnit.DAYS);
    try (RecorderLoop loop = loop(small, closedQueue())) {
      loop.step();
    }
    assertThat(files().finished()).isEmpty();
    assertThat(index).hasSize(4);
  }

  @Test
  void stopsOnceWhileThereIsNoRoomAndGoesOnWhenThereIs() throws Exception {
    // A file where the directory should be: nothing can be written.
    Path blocked = storage.resolve("recordings");
    Files.writeString(blocked, "in the way");
    PacketQueue queue = new PacketQueue(metrics::unrecorded);
    RecordingConfig config = config(Duration.ofSeconds(2), 1L << 30);
    try (RecorderLoop loop = loop(config, queue)) {
      feed(queue, loop);
      feed(queue, loop);
      assertThat(metric("recording_failures_total")).isEqualTo(1);
      assertThat(metric("recording")).isZero();
      assertThat(watch.now().cause()).isEqualTo(RecordingCause.STORAGE_FAILED);
      assertThat(watch.now().detail()).contains("recordings");

      Files.delete(blocked);
      feed(queue, loop);
      assertThat(index).as("it does not try all the time").isEmpty();
      clock.now = clock.now.plus(RecorderLoop.TRY_AGAIN);
      feed(queue, loop);
    }
    assertThat(index).isNotEmpty();
    assertThat(metric("recording_failures_total")).isEqualTo(1);
    assertThat(watch.now()).isEqualTo(Recording.ON);
  }

  @Test
  void leavesRoomOnTheDiskForOthers() throws Exception {
    PacketQueue queue = new PacketQueue(metrics::unrecorded);
    RecordingConfig greedy =
        new RecordingConfig(Duration.ofSeconds(2), Duration.ofDays(1), 1L << 30, Long.MAX_VALUE);
    try (RecorderLoop loop = loop(greedy, queue)) {
      feed(queue, loop);
    }
    assertThat(index).isEmpty();
    assertThat(metric("recording_failures_total")).isEqualTo(1);
    assertThat(files().finished()).isEmpty();
    assertThat(watch.now().cause()).isEqualTo(RecordingCause.DISK_FULL);
    assertThat(watch.now().detail()).contains("MiB left, less than recording.keep-free");
  }

  @Test
  void noticesThatTheDiskIsFull() throws Exception {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full), "this system has no /dev/full");
    try (PacketReader reader = reader(clip)) {
      AVPacket first = reader.next();
      assertThatThrownBy(
              () -> {
                try (SegmentWriter writer =
                    new SegmentWriter(
                        full,
                        SegmentTags.NONE,
                        reader.parameters(),
                        reader.timeBase(),
                        first,
                        Duration.ofSeconds(1))) {
                  writer.write(first);
                  writer.finish();
                }
              })
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space left");
    }
  }

  @Test
  void aRecorderThatIsStuckCostsTheCameraNothingAndIsTold() throws Exception {
    PacketQueue queue =
        new PacketQueue(
            () -> {
              metrics.unrecorded();
              watch.fellBehind();
            });
    try (PacketReader reader = reader(clip)) {
      queue.opened("session-00000001", reader.parameters(), reader.timeBase());
      AVPacket packet = reader.next();
      for (int i = 0; i < PacketQueue.MOST_PACKETS + 50; i++) {
        queue.packet(packet, ChronoUnit.MICROS.between(Instant.EPOCH, START));
      }
    }
    assertThat(metric("unrecorded_packets_total")).isEqualTo(51);
    assertThat(watch.now().cause()).isEqualTo(RecordingCause.DISK_SLOW);
    try (RecorderLoop loop = loop(config(Duration.ofSeconds(60), 1L << 30), queue)) {
      assertThat(index).isEmpty();
    }
    assertThat(index).hasSize(1);
    assertThat(index.get(0).getFrames()).isEqualTo(PacketQueue.MOST_PACKETS - 1);
    assertThat(watch.now()).as("when it has caught up").isEqualTo(Recording.ON);
  }
}
