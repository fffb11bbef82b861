package dev.watchword.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.FrameDetections;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PromptsAtRunTimeTest {
  private static final Prompt PEOPLE = Worker.prompt("people", "detect person");
  private static final Duration LEAD = PromptTopic.LEAD;

  private final Worker worker = new Worker(3, PEOPLE);
  private final Instant start = worker.now;

  private void write(Prompt prompt, Instant effectiveFrom) {
    worker.promptLog.append(PromptTopic.version(prompt, effectiveFrom, null, worker.now));
  }

  /** Answers three frames, captured around the moment. */
  private List<String> askedAround(Instant moment) throws Exception {
    int before = worker.published().size();
    worker.frame(0, "gate", 1 + before, moment.minusMillis(1));
    worker.frame(0, "gate", 2 + before, moment);
    worker.frame(0, "gate", 3 + before, moment.plusMillis(1));
    worker.loop.step();
    return worker.detections().subList(before, worker.detections().size()).stream()
        .map(record -> record.getPromptId() + " " + record.getText().replaceAll("<.*?>", ""))
        .toList();
  }

  @Test
  void changeTakesEffectAtItsMomentByTheFramesOwnTime() throws Exception {
    worker.stepUntilDue();
    Instant moment = worker.now.plus(LEAD);
    write(Worker.prompt("cars", "detect car"), moment);
    worker.now = moment.plusMillis(100);

    assertThat(askedAround(moment)).hasSize(5);
    assertThat(worker.published())
        .containsExactlyInAnyOrder(
            "gate/1 people INFERRED",
            "gate/2 people INFERRED",
            "gate/2 cars INFERRED",
            "gate/3 people INFERRED",
            "gate/3 cars INFERRED");
  }

  @Test
  void aFrameNeverSeesTwoVersionsOfAPrompt() throws Exception {
    worker.stepUntilDue();
    Instant moment = worker.now.plus(LEAD);
    write(Worker.prompt("people", "detect person ; dog"), moment);
    worker.now = moment.plusMillis(100);
    askedAround(moment);

    String old = PEOPLE.version();
    String young = Worker.prompt("people", "detect person ; dog").version();
    assertThat(worker.detections())
        .extracting(FrameDetections::getPromptVersion)
        .containsExactly(old, young, young);
  }

  @Test
  void promptThatIsDisabledIsAskedNoMore() throws Exception {
    worker.stepUntilDue();
    Instant moment = worker.now.plus(LEAD);
    worker.promptLog.append(
        dev.watchword.schemas.Prompt.newBuilder(
                PromptTopic.version(PEOPLE, moment, null, worker.now))
            .setEnabled(false)
            .build());
    worker.now = moment.plusMillis(100);
    askedAround(moment);

    assertThat(worker.published()).containsExactly("gate/1 people INFERRED");
    assertThat(worker.requests("gate", "", "no_prompt")).isEqualTo(2);
  }

  @Test
  void lateFrameIsAskedWhatHeldInItsTime() throws Exception {
    write(Worker.prompt("cars", "detect car"), start.minus(Duration.ofMinutes(30)));
    worker.late(0, "gate", 1);
    worker.loop.step();
    worker.stepUntilDue();

    assertThat(worker.published()).containsExactly("gate/1 people INFERRED");
  }

  @Test
  void answersOfAShadowSaySo() throws Exception {
    write(
        new Prompt("cars", Worker.prompt("cars", "detect car").asked(), java.util.Set.of(), true),
        start);
    worker.frame(0, "gate", 1);
    worker.stepUntilDue();

    assertThat(worker.detections())
        .extracting(FrameDetections::getPromptId, FrameDetections::getShadow)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("people", false),
            org.assertj.core.groups.Tuple.tuple("cars", true));
  }

  @Test
  void promptThatCannotBeAskedIsLeftOut() throws Exception {
    worker.promptLog.append(
        dev.watchword.schemas.Prompt.newBuilder(
                PromptTopic.version(PEOPLE, start, null, worker.now))
            .setId("slip")
            .setText("detekt person")
            .build());
    worker.frame(0, "gate", 1);
    worker.stepUntilDue();

    assertThat(worker.published()).containsExactly("gate/1 people INFERRED");
  }

  @Test
  void topicIsReadAFewTimesASecondAtMost() throws Exception {
    for (int i = 0; i < 50; i++) {
      worker.frame(0, "gate", i);
      worker.now = worker.now.plusMillis(20);
      worker.stepUntilDue();
    }
    write(PEOPLE, worker.now);
    worker.frame(0, "gate", 99);
    worker.now = worker.now.plusMillis(200);
    worker.stepUntilDue();

    // Without news there is nothing to poll for; the first read and the news are one poll each.
    assertThat(worker.promptLog.reads).isEqualTo(2);
  }
}
