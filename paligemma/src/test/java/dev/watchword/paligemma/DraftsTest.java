package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DraftsTest {
  private static final TextPrompt PROMPT = TextPrompt.parse("caption en");
  private static final TextPrompt OTHER = TextPrompt.parse("ocr");

  private final Drafts drafts = new Drafts(3);

  @Test
  void draftIsTheLatestAnswerToTheSameQuestionOfTheSameStream() {
    learn("gate", PROMPT, 10, 11, 12, 1);
    learn("gate", OTHER, 20, 1);
    learn("yard", PROMPT, 30, 1);
    assertThat(drafts.draft("gate", PROMPT)).containsExactly(10, 11, 12, 1);
    assertThat(drafts.draft("gate", OTHER)).containsExactly(20, 1);
    assertThat(drafts.draft("yard", OTHER)).isEmpty();
  }

  @Test
  void noDraftsWhileAnswersKeepChangingAndDraftsAgainOnceTheySettle() {
    for (int i = 0; i < 10; i++) {
      learn("gate", PROMPT, 100 + i, 200 + i, 12 + i, 1);
    }
    assertThat(drafts.draft("gate", PROMPT)).isEmpty();
    for (int i = 0; i < 10; i++) {
      learn("gate", PROMPT, 10, 11, 12, 1);
    }
    assertThat(drafts.draft("gate", PROMPT)).containsExactly(10, 11, 12, 1);
  }

  @Test
  void emptyPicturesDoNotSpeakAgainstDrafts() {
    for (int i = 0; i < 20; i++) {
      learn("gate", PROMPT, 1);
    }
    learn("gate", PROMPT, 10, 11, 12, 1);
    assertThat(drafts.draft("gate", PROMPT)).containsExactly(10, 11, 12, 1);
  }

  @Test
  void forgetsTheQuestionThatWasNotAskedForLongest() {
    learn("one", PROMPT, 10, 1);
    learn("two", PROMPT, 10, 1);
    learn("three", PROMPT, 10, 1);
    drafts.draft("one", PROMPT);
    learn("four", PROMPT, 10, 1);
    assertThat(drafts.draft("two", PROMPT)).isEmpty();
    assertThat(drafts.draft("one", PROMPT)).isNotEmpty();
  }

  private void learn(String stream, TaskPrompt prompt, Integer... tokens) {
    Timings none = new Timings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);
    drafts.learn(stream, prompt, new Generation("", List.of(), List.of(tokens), none));
  }
}
