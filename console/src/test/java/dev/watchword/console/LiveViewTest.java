package dev.watchword.console;

import static dev.watchword.console.Records.START;
import static dev.watchword.console.Records.answer;
import static dev.watchword.console.Records.detection;
import static dev.watchword.console.Records.frame;
import static dev.watchword.console.Records.id;
import static dev.watchword.console.Records.masked;
import static dev.watchword.console.Records.words;
import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.console.LiveUpdate.Box;
import dev.watchword.console.LiveUpdate.Header;
import dev.watchword.console.LiveUpdate.Picture;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.Task;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LiveViewTest extends LiveViewFixture {
  @Test
  void showsTheFrameWithItsBoxesOnceAnswered() {
    view.frame(frame("gate", 0));
    view.flush();
    assertThat(pictures()).isEmpty();

    clock.forward(Duration.ofMillis(60));
    view.answer(answer(id("gate", 0), detection("person", 0.25, 0.5, 0.5, 1)));
    view.flush();

    Picture picture = pictures().getFirst();
    assertThat(picture.jpeg().get(1)).isZero();
    Header header = picture.header();
    assertThat(header.boxes())
        .containsExactly(new Box("person", List.of(0.25f, 0.5f, 0.5f, 1f), 0.875f, "people", null));
    assertThat(header.said()).isEmpty();
    assertThat(header.outcome()).isEqualTo("INFERRED");
    assertThat(header.capturedAt()).isEqualTo("2026-05-01T08:00:00Z");
    assertThat(header.answeredAt()).isEqualTo("2026-05-01T08:00:00.040Z");
    assertThat(header.sentAt()).isEqualTo("2026-05-01T08:00:00.060Z");
    assertThat(header.answeredMillis()).isEqualTo(40);
    assertThat(header.shownMillis()).isEqualTo(60);
  }

  @Test
  void showsMasksAndWordsWithTheFrame() {
    byte[] values = new byte[64 * 64];
    values[7] = (byte) 200;
    view.frame(frame("gate", 0));
    view.answer(answer(id("gate", 0), masked(detection("person", 0, 0, 1, 1), values)));
    view.answer(words(id("gate", 0), Task.CAPTION, "scene", START, " two people "));
    view.answer(words(id("gate", 0), Task.SEGMENT, "shapes", START, "<loc0001>"));
    view.answer(words(id("gate", 0), Task.ANSWER, "open", START, "x".repeat(600)));
    view.flush();

    Header header = pictures().getFirst().header();
    assertThat(header.boxes().getFirst().mask())
        .isEqualTo(new LiveUpdate.MaskValues(64, 64, ByteBuffer.wrap(values)));
    assertThat(header.said())
        .containsExactly(
            new LiveUpdate.Said("scene", "two people"),
            new LiveUpdate.Said("open", "x".repeat(500) + "…"));
  }

  @Test
  void showsNothingOfAShadow() {
    view.frame(frame("gate", 0));
    FrameDetections shadow =
        FrameDetections.newBuilder(answer(id("gate", 0), detection("car", 0, 0, 1, 1)))
            .setShadow(true)
            .build();
    view.answer(shadow);
    view.answer(answer(id("gate", 0), detection("person", 0, 0, 1, 1)));
    view.flush();

    assertThat(pictures()).hasSize(1);
    assertThat(pictures().getFirst().header().boxes())
        .extracting(Box::label)
        .containsExactly("person");
  }

  @Test
  void joinsAnAnswerThatComesBeforeItsFrame() {
    view.answer(answer(id("gate", 5), detection("car", 0, 0, 1, 1)));
    view.flush();
    view.frame(frame("gate", 5));
    view.flush();

    assertThat(pictures()).hasSize(1);
    assertThat(pictures().getFirst().header().boxes()).hasSize(1);
  }

  @Test
  void putsTheBoxesOfAllPromptsIntoOnePicture() {
    view.frame(frame("gate", 0));
    view.answer(answer(id("gate", 0), detection("person", 0, 0, .5, .5)));
    view.answer(
        answer(id("gate", 0), "vehicles", Outcome.INFERRED, START, detection("car", .5, .5, 1, 1)));
    view.flush();

    assertThat(pictures()).hasSize(1);
    assertThat(pictures().getFirst().header().boxes())
        .extracting(Box::prompt)
        .containsExactly("people", "vehicles");
  }

  @Test
  void showsTheFrameAgainWhenAnotherPromptAnswersLater() {
    view.frame(frame("gate", 0));
    view.answer(answer(id("gate", 0), detection("person", 0, 0, .5, .5)));
    view.flush();
    view.answer(
        answer(id("gate", 0), "vehicles", Outcome.INFERRED, START, detection("car", .5, .5, 1, 1)));
    view.flush();

    assertThat(pictures()).extracting(p -> p.header().boxes().size()).containsExactly(1, 2);
  }

  @Test
  void showsAFrameBareAfterASecondWithoutAnswer() {
    view.frame(frame("gate", 0));
    clock.forward(Duration.ofMillis(999));
    view.flush();
    assertThat(pictures()).isEmpty();

    clock.forward(Duration.ofMillis(1));
    view.flush();
    view.flush();
    assertThat(pictures()).hasSize(1);
    assertThat(pictures().getFirst().header().outcome()).isEqualTo("NO_ANSWER");
    assertThat(pictures().getFirst().header().answeredAt()).isNull();
  }

  @Test
  void waitsLongerForASlowModelSoThatItsBoxesAreSeen() {
    view.frame(frame("gate", 0));
    clock.forward(Duration.ofSeconds(2));
    view.flush();
    view.answer(answer(id("gate", 0)));
    view.flush();
    updates.clear();

    view.frame(frame("gate", 1));
    clock.forward(Duration.ofSeconds(2));
    view.flush();
    assertThat(pictures()).isEmpty();
    view.answer(answer(id("gate", 1), detection("person", 0, 0, 1, 1)));
    view.flush();
    assertThat(pictures()).extracting(p -> p.header().boxes().size()).containsExactly(1);
  }

  @Test
  void neverGoesBackToAnEarlierFrame() {
    view.frame(frame("gate", 0));
    view.frame(frame("gate", 1));
    view.answer(answer(id("gate", 1)));
    view.flush();
    view.answer(answer(id("gate", 0), detection("person", 0, 0, 1, 1)));
    clock.forward(Duration.ofSeconds(30));
    view.flush();

    assertThat(pictures()).extracting(p -> p.header().sequence()).containsExactly(1L);
    assertThat(dropped("overtaken")).isEqualTo(1);
    assertThat(view.detections(Optional.empty(), 10)).hasSize(1);
  }

  @Test
  void dropsFramesThatComeTwiceOrLateAndCountsThem() {
    view.frame(frame("gate", 4));
    view.frame(frame("gate", 4));
    view.frame(frame("gate", 3));
    clock.forward(SECOND);
    view.flush();

    assertThat(pictures()).extracting(p -> p.header().sequence()).containsExactly(4L);
    assertThat(dropped("duplicate")).isEqualTo(1);
    assertThat(dropped("out_of_order")).isEqualTo(1);
  }

  @Test
  void takesARecordingThatStartsOver() {
    view.frame(frame("gate", 500));
    view.frame(frame("gate", 0));
    view.answer(answer(id("gate", 0)));
    view.flush();

    assertThat(pictures()).extracting(p -> p.header().sequence()).containsExactly(0L);
  }

  @Test
  void followsACameraIntoANewSession() {
    view.frame(frame("gate", 900));
    FrameId next = new FrameId("gate", "0197f6a0-0000-7000-8000-000000000002", 0L);
    view.frame(frame(next, START, Records.picture(7, 10)));
    view.answer(answer(next));
    view.flush();

    assertThat(pictures()).extracting(p -> p.header().session()).containsExactly(next.getSession());
  }
}
