package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class DraftMemoryTest {
  private static final TaskPrompt PEOPLE = DetectPrompt.parse("detect person");
  private static final TaskPrompt CARS = DetectPrompt.parse("detect car");

  private final DraftMemory memory = new DraftMemory(3);

  @Test
  void lastAnswerToTheSameQuestionIsTheDraft() {
    memory.learn("gate", PEOPLE, generation(0, 0, 5, 6, 1));
    memory.learn("gate", CARS, generation(0, 0, 1));

    assertThat(memory.draft("gate", PEOPLE)).containsExactly(5, 6, 1);
    assertThat(memory.draft("gate", CARS)).containsExactly(1);
    assertThat(memory.draft("yard", PEOPLE)).isEmpty();
  }

  @Test
  void forgetsWhatWasNotNeededForLongest() {
    for (String camera : List.of("a", "b", "c")) {
      memory.learn(camera, PEOPLE, generation(0, 0, 7));
    }
    assertThat(memory.draft("a", PEOPLE)).isNotEmpty();
    memory.learn("d", PEOPLE, generation(0, 0, 7));

    assertThat(memory.draft("b", PEOPLE)).isEmpty();
    assertThat(memory.draft("a", PEOPLE)).isNotEmpty();
  }

  @Test
  void pausesWhereDraftsKeepFailingAndTriesAgainLessAndLessOften() {
    assertThat(draftsUntilPause()).isEqualTo(4);
    assertThat(pause()).isEqualTo(8);
    assertThat(draftsUntilPause()).isEqualTo(1);
    assertThat(pause()).isEqualTo(16);
    for (int i = 0; i < 10; i++) {
      draftsUntilPause();
      pause();
    }
    draftsUntilPause();
    assertThat(pause()).isEqualTo(256);
  }

  @Test
  void oneAcceptedTokenRestoresTrust() {
    draftsUntilPause();
    pause();
    memory.learn("gate", PEOPLE, generation(3, 1, 5, 6, 1));

    assertThat(draftsUntilPause()).isEqualTo(4);
    assertThat(pause()).isEqualTo(8);
  }

  /** Answers that have nothing in common, until no draft is given; how many drafts were. */
  private int draftsUntilPause() {
    memory.draft("gate", PEOPLE);
    if (memory.draft("gate", PEOPLE).isEmpty()) {
      memory.learn("gate", PEOPLE, generation(0, 0, 9));
    }
    int drafts = 0;
    while (!memory.draft("gate", PEOPLE).isEmpty()) {
      memory.learn("gate", PEOPLE, generation(1, 0, 9));
      drafts++;
    }
    return drafts;
  }

  private int pause() {
    int pictures = 0;
    while (memory.draft("gate", PEOPLE).isEmpty()) {
      memory.learn("gate", PEOPLE, generation(0, 0, 9));
      pictures++;
    }
    return pictures;
  }

  private static Generation generation(int drafted, int accepted, Integer... tokens) {
    Timings timings = new Timings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);
    return new Generation(
        "",
        List.of(),
        List.of(tokens),
        new Effort(1, drafted, accepted, tokens.length, OptionalInt.empty()),
        timings);
  }
}
