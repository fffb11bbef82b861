package dev.watchword.app.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.schemas.ReplayPrompt;
import dev.watchword.schemas.SampledFrame;
import dev.watchword.schemas.wire.GeneratedRecords;
import dev.watchword.simulator.SceneClip;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchReaderIT {
  static {
    GeneratedRecords.trust();
  }

  private static final Instant TIME = Instant.parse("2026-03-01T12:00:00Z");
  private static final List<ReplayPrompt> PEOPLE =
      List.of(new ReplayPrompt("people", "detect person", false, false));

  @TempDir private Path directory;
  private List<Source> sources;

  @BeforeEach
  void draw() throws Exception {
    Path clip = SceneClip.cached(directory, SceneClip.slideshow(7, 5, 10, 160, 120, 10));
    Path folder = Files.createDirectory(directory.resolve("night"));
    Files.copy(clip, folder.resolve("a.mp4"));
    Files.copy(clip, folder.resolve("b.mp4"));
    sources = VideoFiles.of(folder, "gate", TIME);
  }

  private BatchReader reader(
      List<Source> from,
      Function<SampledFrame, List<ReplayPrompt>> prompts,
      String source,
      long frames,
      long batches) {
    return new BatchReader("r1", from, 2, prompts, source, frames, batches);
  }

  private static List<Batch> all(BatchReader reader) throws Exception {
    List<Batch> batches = new ArrayList<>();
    try (reader) {
      for (Optional<Batch> next = reader.next(); next.isPresent(); next = reader.next()) {
        batches.add(next.get());
      }
    }
    return batches;
  }

  @Test
  void readsAFolderInOrderInBatchesThatEndWithTheirVideo() throws Exception {
    List<Batch> batches = all(reader(sources, frame -> PEOPLE, null, 0, 0));

    assertThat(batches).extracting(batch -> batch.frames().size()).containsExactly(8, 2, 8, 2);
    assertThat(batches).extracting(Batch::isLast).containsExactly(false, false, false, true);
    assertThat(batches)
        .allSatisfy(
            batch -> {
              List<SampledFrame> frames = batch.frames();
              assertThat(frames.getLast().getReplay().getLast()).isTrue();
              assertThat(frames.subList(0, frames.size() - 1))
                  .noneMatch(frame -> frame.getReplay().getLast());
            });
    assertThat(batches.getLast().frames().getLast().getCapturedAt())
        .as("the second video follows the first")
        .isEqualTo(TIME.plusMillis(9_500));
  }

  @Test
  void goesOnAfterAnyBatchAsIfItHadNeverStopped() throws Exception {
    List<Batch> whole = all(reader(sources, frame -> PEOPLE, null, 0, 0));

    for (int cut = 0; cut < whole.size(); cut++) {
      Batch before = whole.get(cut);
      List<Batch> rest =
          all(
              reader(
                  sources,
                  frame -> PEOPLE,
                  before.source().name(),
                  before.sourceFrames(),
                  cut + 1));
      assertThat(rest.stream().flatMap(batch -> batch.frames().stream()))
          .isEqualTo(
              whole.subList(cut + 1, whole.size()).stream()
                  .flatMap(batch -> batch.frames().stream())
                  .toList());
    }
  }

  @Test
  void asksEachFrameWhatHeldAtItsTimeAndCountsThoseThatNobodyAsks() throws Exception {
    Instant from = TIME.plusSeconds(2);
    List<Batch> batches =
        all(
            reader(
                sources,
                frame -> frame.getCapturedAt().isBefore(from) ? List.of() : PEOPLE,
                null,
                0,
                0));

    assertThat(batches.stream().mapToInt(Batch::unasked).sum()).isEqualTo(4);
    assertThat(batches.stream().mapToInt(batch -> batch.frames().size()).sum()).isEqualTo(16);
  }

  @Test
  void keepsTheIdsOfFramesWhenLessOfAVideoIsWanted() throws Exception {
    Source first = sources.getFirst();
    Source part =
        new Source(
            first.name(),
            first.file(),
            first.camera(),
            first.session(),
            first.start(),
            first.length(),
            TIME.plusSeconds(1),
            TIME.plusSeconds(3));

    List<SampledFrame> frames =
        all(reader(List.of(part), f -> PEOPLE, null, 0, 0)).getFirst().frames();

    assertThat(frames)
        .extracting(frame -> frame.getId().getSequence())
        .containsExactly(2L, 3L, 4L, 5L);
    assertThat(part.wanted()).contains(Duration.ofSeconds(2));
  }

  @Test
  void leavesAVideoOutThatCannotBeReadAndGoesOn() throws Exception {
    Files.writeString(sources.getFirst().file(), "no video any more");
    BatchReader reader = reader(sources, frame -> PEOPLE, null, 0, 0);

    assertThatThrownBy(reader::next)
        .isInstanceOf(BatchReader.UnreadableException.class)
        .hasMessageContaining("a.mp4");
    assertThat(all(reader)).extracting(batch -> batch.frames().size()).containsExactly(8, 2);
  }

  @Test
  void namesCamerasByTheirFilesAndTellsContentsApart() throws Exception {
    assertThat(VideoFiles.id(Path.of("/x/Front Gate (2).MP4"))).isEqualTo("front-gate-2");
    assertThat(VideoFiles.id(Path.of("/x/___.mp4"))).isEqualTo("video");
    Path one = Files.writeString(directory.resolve("one"), "a");
    Path other = Files.writeString(directory.resolve("other"), "b");
    Path copy = Files.writeString(directory.resolve("copy"), "a");

    assertThat(ContentDigest.of(one))
        .isEqualTo(ContentDigest.of(copy))
        .isNotEqualTo(ContentDigest.of(other));
  }
}
