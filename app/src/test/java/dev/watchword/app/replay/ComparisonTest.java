package dev.watchword.app.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.watchword.schemas.BoundingBox;
import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.Detection;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.ModelId;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.ScoreParts;
import dev.watchword.schemas.StageTimings;
import dev.watchword.schemas.Task;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final Instant TIME = Instant.parse("2026-03-01T12:00:00Z");

  static FrameDetections answer(long sequence, Detection... detections) {
    return answer(sequence, Task.DETECT, "", detections);
  }

  private static FrameDetections answer(
      long sequence, Task task, String text, Detection... detections) {
    return FrameDetections.newBuilder()
        .setId(new FrameId("gate", "session", sequence))
        .setCapturedAt(TIME.plusSeconds(sequence))
        .setClock(CaptureClock.CONTAINER)
        .setCompletedAt(TIME)
        .setSourceWidth(640)
        .setSourceHeight(480)
        .setPromptId("people")
        .setPromptVersion("0123abcd")
        .setTask(task)
        .setModel(new ModelId("demo", "r1", "OnnxRuntime", "float32"))
        .setOutcome(Outcome.INFERRED)
        .setDetections(List.of(detections))
        .setText(text)
        .setTokens(1)
        .setTimings(new StageTimings(1L, 2L, 3L, 4L, 5L, 6))
        .build();
  }

  private static Detection box(String label, float x, float score) {
    return new Detection(
        label,
        new BoundingBox(x, 0.2f, x + 0.2f, 0.6f),
        score,
        new ScoreParts(score, 1f, 1f),
        null);
  }

  private static List<FrameDetections> random(long seed) {
    Random random = new Random(seed);
    List<FrameDetections> answers = new ArrayList<>();
    for (int frame = 0; frame < 30; frame++) {
      Detection[] boxes = new Detection[random.nextInt(6)];
      for (int i = 0; i < boxes.length; i++) {
        boxes[i] = box(random.nextBoolean() ? "person" : "car", random.nextFloat() * 0.8f, 0.5f);
      }
      answers.add(answer(frame, boxes));
    }
    return answers;
  }

  @Test
  void aReplayDoesNotDifferFromItself() {
    for (long seed = 0; seed < 50; seed++) {
      Comparison same = Comparison.of(random(seed), random(seed), 0.5);

      assertThat(same.frames()).hasSize(30).allMatch(frame -> frame.difference() < 1e-9);
      assertThat(same.labels())
          .allSatisfy(
              label -> {
                assertThat(label.onlyA() + label.onlyB()).isZero();
                assertThat(label.meanIou()).isEqualTo(1);
                assertThat(label.mostScore()).isZero();
              });
      assertThat(same.onlyA() + same.onlyB()).isZero();
    }
  }

  @Test
  void whatOneHasTheOtherLacksWhicheverIsFirst() {
    for (long seed = 0; seed < 50; seed++) {
      Comparison one = Comparison.of(random(seed), random(seed + 1000), 0.3);
      Comparison other = Comparison.of(random(seed + 1000), random(seed), 0.3);

      for (int i = 0; i < one.labels().size(); i++) {
        assertThat(one.labels().get(i).both()).isEqualTo(other.labels().get(i).both());
        assertThat(one.labels().get(i).onlyA()).isEqualTo(other.labels().get(i).onlyB());
      }
    }
  }

  @Test
  void countsByLabelAndShowsTheFrameThatDiffersMostFirst() {
    Comparison comparison =
        Comparison.of(
            List.of(
                answer(0, box("person", 0.1f, 0.8f)),
                answer(1, box("person", 0.1f, 0.8f), box("car", 0.6f, 0.9f)),
                answer(2)),
            List.of(
                answer(0, box("person", 0.1f, 0.9f)),
                answer(1, box("person", 0.12f, 0.8f), box("person", 0.6f, 0.5f)),
                answer(3)),
            0.5);

    assertThat(comparison.labels())
        .extracting(Comparison.Label::label)
        .containsExactly("car", "person");
    Comparison.Label car = comparison.labels().get(0);
    Comparison.Label person = comparison.labels().get(1);
    assertThat(List.of(car.both(), car.onlyA(), car.onlyB())).containsExactly(0, 1, 0);
    assertThat(List.of(person.both(), person.onlyA(), person.onlyB())).containsExactly(2, 0, 1);
    assertThat(person.meanScore()).isCloseTo(0.05, within(1e-6));
    assertThat(person.mostScore()).isCloseTo(0.1, within(1e-6));
    assertThat(comparison.frames())
        .extracting(frame -> frame.id().getSequence())
        .containsExactly(1L, 0L);
    assertThat(comparison.frames().getFirst().only())
        .containsExactly("A car 0.90", "B person 0.50");
    assertThat(List.of(comparison.onlyA(), comparison.onlyB())).containsExactly(1, 1);
  }

  @Test
  void comparesAnswersInWords() {
    Comparison comparison =
        Comparison.of(
            List.of(answer(0, Task.CAPTION, "a dog"), answer(1, Task.CAPTION, "a cat")),
            List.of(answer(0, Task.CAPTION, "a dog"), answer(1, Task.CAPTION, "two cats")),
            0.5);

    assertThat(List.of(comparison.sameTexts(), comparison.otherTexts())).containsExactly(1, 1);
  }
}
