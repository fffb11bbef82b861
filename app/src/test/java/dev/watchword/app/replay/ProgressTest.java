package dev.watchword.app.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.Replay;
import dev.watchword.schemas.ReplayRequest;
import dev.watchword.schemas.ReplayState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static Replay replay(long published, long unasked, long asked, long answered) {
    return Replay.newBuilder()
        .setId("r1")
        .setState(ReplayState.RUNNING)
        .setRequest(ReplayRequest.newBuilder().setPrompts(List.of()).setSamplesPerSecond(2).build())
        .setFrames(published + unasked)
        .setPublished(published)
        .setUnasked(unasked)
        .setAsked(asked)
        .setAnswered(answered)
        .setCreatedAt(Instant.EPOCH)
        .setChangedAt(Instant.EPOCH)
        .build();
  }

  @Test
  void reckonsTheTimeThatIsLeftFromThisProcessAlone() {
    Progress progress = new Progress(OptionalLong.of(400), 100);

    assertThat(progress.bar(replay(264, 0, 528, 400), Duration.ofSeconds(50)))
        .isEqualTo(
            "[###############---------------]  50 %  200 of 400 frames  2.0 frames/s  ETA 1:40");
  }

  @Test
  void countsFramesThatNobodyIsAskedAboutAsDone() {
    assertThat(
            new Progress(OptionalLong.of(100), 0)
                .text(replay(10, 40, 10, 10), Duration.ofSeconds(1)))
        .isEqualTo(" 50 %  50 of 100 frames  50.0 frames/s  ETA 0:01");
  }

  @Test
  void promisesNothingBeforeTheFirstAnswerOrWithoutALength() {
    assertThat(
            new Progress(OptionalLong.of(100), 0).text(replay(8, 0, 8, 0), Duration.ofSeconds(5)))
        .endsWith("ETA unknown");
    assertThat(new Progress(OptionalLong.empty(), 0).bar(replay(8, 0, 8, 8), Duration.ofSeconds(4)))
        .isEqualTo("8 frames  2.0 frames/s");
  }

  @Test
  void neverShowsMoreThanAllWhenAVideoIsLongerThanItSays() {
    assertThat(
            new Progress(OptionalLong.of(10), 0).text(replay(20, 0, 20, 20), Duration.ofSeconds(1)))
        .startsWith("100 %  20 of 20 frames");
  }
}
