package dev.watchword.ingest.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.SampledFrame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboxTest {
  private static final long PLENTY = 64 << 20;

  @TempDir private Path directory;
  private final List<Spooled.Origin> givenUp = new ArrayList<>();

  @Test
  void givesBackTheOldestFirst() throws IOException {
    try (Outbox outbox = open(PLENTY)) {
      fill(outbox, 0, 10, 100);

      List<Spooled> taken = outbox.take(4, damaged -> {});
      assertThat(numbers(taken)).containsExactly(0L, 1L, 2L, 3L);
      assertThat(taken.get(3).frame()).isEqualTo(Frames.frame("gate", 3, 100));
      assertThat(numbers(outbox.take(2, damaged -> {}))).containsExactly(4L, 5L);
      assertThat(outbox.waiting()).hasSize(10);
    }
  }

  @Test
  void aFrameThatWasNotDeliveredWaitsAgain() throws IOException {
    try (Outbox outbox = open(PLENTY)) {
      fill(outbox, 0, 3, 100);
      List<Spooled> taken = outbox.take(2, damaged -> {});
      outbox.settle(taken.get(0), false);
      outbox.settle(taken.get(1), true);

      assertThat(numbers(outbox.take(9, damaged -> {}))).containsExactly(0L, 2L);
      assertThat(outbox.waiting()).hasSize(2);
    }
  }

  @Test
  void leavesNothingOnDiskWhenAllIsDelivered() throws IOException {
    try (Outbox outbox = open(PLENTY)) {
      fill(outbox, 0, 5, 100);
      for (Spooled frame : outbox.take(9, damaged -> {})) {
        outbox.settle(frame, true);
      }
      assertThat(outbox.isEmpty()).isTrue();
      assertThat(outbox.bytes()).isZero();
      assertThat(segments()).isEmpty();

      fill(outbox, 5, 6, 100);
      assertThat(numbers(outbox.take(9, damaged -> {}))).containsExactly(5L);
    }
  }

  @Test
  void givesUpTheOldestWhenItIsFull() throws IOException {
    long limit = 1 << 20;
    try (Outbox outbox = open(limit)) {
      for (int i = 0; i < 60; i++) {
        outbox.append(Frames.frame("gate", i, 50_000));
        assertThat(outbox.bytes()).isLessThanOrEqualTo(limit);
      }
      int kept = outbox.waiting().size();
      assertThat(kept).isBetween(17, 20);
      assertThat(givenUp).hasSize(60 - kept);
      assertThat(numbers(outbox.take(60, damaged -> {})))
          .containsExactlyElementsOf(LongStream.range(60 - kept, 60).boxed().toList());
    }
  }

  @Test
  void aFrameOnItsWayIsGivenUpOnlyWhenItDidNotArrive() throws IOException {
    try (Outbox outbox = open(1 << 20)) {
      fill(outbox, 0, 2, 50_000);
      List<Spooled> taken = outbox.take(2, damaged -> {});
      fill(outbox, 2, 40, 50_000);
      assertThat(givenUp).noneMatch(origin -> origin.capturedAtMicros() == capturedAt(0));

      outbox.settle(taken.get(0), true);
      outbox.settle(taken.get(1), false);
      assertThat(givenUp).noneMatch(origin -> origin.capturedAtMicros() == capturedAt(0));
      assertThat(givenUp).anyMatch(origin -> origin.capturedAtMicros() == capturedAt(1));
      assertThat(givenUp.size() + outbox.waiting().size()).isEqualTo(39);
    }
  }

  @Test
  void isThereAgainAfterTheProcessHasEnded() throws IOException {
    Outbox left = open(PLENTY);
    fill(left, 0, 7, 100);
    left.close();

    try (Outbox outbox = open(PLENTY)) {
      assertThat(outbox.cut()).isZero();
      assertThat(numbers(outbox.take(9, damaged -> {})))
          .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
    }
  }

  /** As after kill -9 or a power cut in the middle of a write, at each byte there is. */
  @Test
  void whereverAFileEndsTheWholeRecordsBeforeAreKept() throws IOException {
    byte[] whole = written(4, 40);
    List<Integer> ends = endsOfRecords(whole);
    assertThat(ends).hasSize(4);
    for (int length = 0; length <= whole.length; length++) {
      int cut = length;
      List<SampledFrame> read = read(Arrays.copyOf(whole, length));
      long expected = ends.stream().filter(end -> end <= cut).count();
      assertThat(read).as("cut after %d of %d bytes", cut, whole.length).hasSize((int) expected);
      for (int i = 0; i < expected; i++) {
        assertThat(read.get(i)).isEqualTo(Frames.frame("gate", i, 40));
      }
    }
  }

  @Test
  void aFlippedByteNeverComesBackAsAFrame() throws IOException {
    byte[] whole = written(3, 40);
    List<Integer> ends = endsOfRecords(whole);
    for (int at = 0; at < whole.length; at++) {
      int flipped = at;
      byte[] bad = whole.clone();
      bad[at] ^= 0x10;
      List<SampledFrame> read = read(bad);
      long sound = ends.stream().filter(end -> end <= flipped).count();
      assertThat(read).as("byte %d flipped", at).hasSizeLessThanOrEqualTo((int) sound);
      for (int i = 0; i < read.size(); i++) {
        assertThat(read.get(i)).isEqualTo(Frames.frame("gate", i, 40));
      }
    }
  }

  @Test
  void aTornEndIsCutOffTheFile() throws IOException {
    byte[] whole = written(2, 40);
    Path file = directory.resolve("0").resolve("0000000000000000007.segment");
    Files.write(file, Arrays.copyOf(whole, whole.length - 5));

    Outbox outbox = open(PLENTY);
    outbox.close();

    assertThat(outbox.cut()).isEqualTo(1);
    assertThat(Files.size(file)).isEqualTo(endsOfRecords(whole).getFirst().longValue());
  }

  @Test
  void reportsAFrameThatTheDiskHasSpoilt() throws IOException {
    try (Outbox outbox = open(PLENTY)) {
      fill(outbox, 0, 2, 100);
      Path file = segments().getFirst();
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length - 1] ^= 1;
      Files.write(file, bytes);

      List<Spooled.Origin> damaged = new ArrayList<>();
      assertThat(numbers(outbox.take(9, damaged::add))).containsExactly(0L);
      assertThat(damaged).hasSize(1);
      assertThat(outbox.waiting()).hasSize(1);
    }
  }

  @Test
  void processesShareADirectoryAndTakeOverWhatADeadOneLeft() throws IOException {
    Outbox first = open(PLENTY);
    Outbox second = open(PLENTY);
    fill(first, 0, 2, 100);
    fill(second, 2, 3, 100);
    assertThat(first.waiting()).hasSize(2);
    assertThat(second.waiting()).hasSize(1);
    second.close();
    first.close();

    try (Outbox heir = open(PLENTY)) {
      assertThat(numbers(heir.take(9, damaged -> {}))).containsExactlyInAnyOrder(0L, 1L, 2L);
    }
  }

  private Outbox open(long bytes) throws IOException {
    return Outbox.open(directory, bytes, givenUp::add);
  }

  private static void fill(Outbox outbox, int from, int to, int imageBytes) throws IOException {
    for (int i = from; i < to; i++) {
      outbox.append(Frames.frame("gate", i, imageBytes));
    }
  }

  private static List<Long> numbers(List<Spooled> taken) {
    return taken.stream().map(spooled -> spooled.frame().getId().getSequence()).toList();
  }

  private static long capturedAt(int number) {
    return Frames.frame("gate", number, 1).getCapturedAt().toEpochMilli() * 1000;
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("0"))) {
      return files.filter(file -> file.toString().endsWith(".segment")).toList();
    }
  }

  /** The bytes of a segment file with so many frames. */
  private byte[] written(int frames, int imageBytes) throws IOException {
    try (Outbox outbox = open(PLENTY)) {
      fill(outbox, 0, frames, imageBytes);
      Path file = segments().getFirst();
      byte[] bytes = Files.readAllBytes(file);
      Files.delete(file);
      return bytes;
    }
  }

  private static List<Integer> endsOfRecords(byte[] whole) {
    List<Integer> ends = new ArrayList<>();
    int end = SegmentFormat.endOfBlock(whole, SegmentFormat.endOfBlock(whole, 4));
    while (end > 0) {
      ends.add(end);
      end = SegmentFormat.endOfBlock(whole, end);
    }
    return ends;
  }

  private List<SampledFrame> read(byte[] content) throws IOException {
    Path file = directory.resolve("probe.segment");
    Files.write(file, content);
    Segment segment = Segment.recover(file);
    List<SampledFrame> frames = new ArrayList<>();
    for (Spooled entry : segment.entries()) {
      frames.add(segment.read(entry));
    }
    return frames;
  }
}
