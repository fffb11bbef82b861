package dev.watchword.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Mask;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InferenceLoopTest {
  private static final Prompt PEOPLE = Worker.prompt("people", "detect person");
  private final Worker worker = new Worker(3, PEOPLE);

  @Test
  void batchesAcrossCamerasByCount() throws Exception {
    worker.frame(0, "gate", 0);
    worker.frame(1, "yard", 0);
    worker.frame(0, "gate", 1);

    worker.loop.step();

    assertThat(worker.model.calls).singleElement().asList().hasSize(3);
    assertThat(worker.published())
        .containsExactlyInAnyOrder(
            "gate/0 people INFERRED", "gate/1 people INFERRED", "yard/0 people INFERRED");
    assertThat(worker.committed(0)).isEqualTo(2);
    assertThat(worker.committed(1)).isEqualTo(1);
  }

  @Test
  void waitsForMoreFramesUntilTheDeadline() throws Exception {
    worker.frame(0, "gate", 0);
    worker.loop.step();
    assertThat(worker.model.calls).isEmpty();
    assertThat(worker.committed(0)).isZero();

    worker.now = worker.now.plus(Worker.BATCH_DELAY).minusNanos(1);
    worker.loop.step();
    assertThat(worker.model.calls).isEmpty();

    worker.now = worker.now.plusNanos(1);
    worker.loop.step();
    assertThat(worker.published()).containsExactly("gate/0 people INFERRED");
  }

  @Test
  void carriesTheModelsAnswerAndTheFramesIdentity() throws Exception {
    Instant captured = worker.now;
    worker.frame(0, "gate", 7);
    worker.stepUntilDue();

    FrameDetections record = worker.detections().get(0);
    assertThat(record.getId().getSession()).isEqualTo("session");
    assertThat(record.getCapturedAt()).isEqualTo(captured);
    assertThat(record.getPromptVersion()).isEqualTo(PEOPLE.version());
    assertThat(record.getModel().getCheckpoint()).isEqualTo("scripted");
    assertThat(record.getText()).isEqualTo("<loc0001> person");
    assertThat(record.getTokens()).isEqualTo(6);
    assertThat(record.getDetections())
        .singleElement()
        .satisfies(
            detection -> {
              assertThat(detection.getLabel()).isEqualTo("person");
              assertThat(detection.getBox().getYMax()).isEqualTo(0.4f);
              assertThat(detection.getScore()).isEqualTo(0.5f);
              assertThat(detection.getScoreParts().getLocation()).isEqualTo(0.7f);
            });
    assertThat(record.getTimings().getQueueMicros()).isEqualTo(20_000);
    assertThat(record.getTimings().getVisionMicros()).isEqualTo(2_000);
    assertThat(record.getTimings().getBatchSize()).isEqualTo(1);
    assertThat(worker.producer().history().get(0).key()).isEqualTo("gate");
  }

  @Test
  void answersPromptsOfEveryKindAboutOneFrame() throws Exception {
    Worker all =
        new Worker(
            1,
            PEOPLE,
            Worker.prompt("people-shapes", "segment person"),
            Worker.prompt("scene", "caption en"));
    all.frame(0, "gate", 3);
    all.loop.step();

    assertThat(all.model.calls).singleElement().asList().hasSize(3);
    List<FrameDetections> records = all.detections();
    assertThat(records)
        .extracting(FrameDetections::getTask)
        .containsExactly(Task.DETECT, Task.SEGMENT, Task.CAPTION);
    assertThat(records.get(0).getDetections().getFirst().getMask()).isNull();
    Mask mask = records.get(1).getDetections().getFirst().getMask();
    assertThat(mask.getCodes().remaining()).isEqualTo(16);
    assertThat(mask.getCodes().get(15)).isEqualTo((byte) 115);
    assertThat(mask.getWidth()).isEqualTo(64);
    assertThat(mask.getHeight()).isEqualTo(64);
    assertThat(mask.getValues().remaining()).isEqualTo(64 * 64);
    assertThat(mask.getValues().get(0)).isEqualTo((byte) 255);
    assertThat(records.get(2).getDetections()).isEmpty();
    assertThat(records.get(2).getText()).isEqualTo("a reply to caption en");
    assertThat(records.get(2).getTokens()).isEqualTo(2);
  }

  @Test
  void skipsFramesThatHaveWaitedTooLong() throws Exception {
    worker.frame(0, "gate", 0, worker.now.minus(Worker.MAX_AGE).minusMillis(1));
    worker.frame(0, "gate", 1, worker.now.minus(Worker.MAX_AGE).plusMillis(30));

    worker.stepUntilDue();

    assertThat(worker.published())
        .containsExactly("gate/0 people SKIPPED_STALE", "gate/1 people INFERRED");
    assertThat(worker.requests("gate", "people", "skipped_stale")).isEqualTo(1);
  }

  @Test
  void staleBacklogLeavesTheModelToFreshFrames() throws Exception {
    Instant old = worker.now.minusSeconds(60);
    IntStream.range(0, 20).forEach(i -> worker.frame(0, "gate", i, old));
    IntStream.range(20, 23).forEach(i -> worker.frame(0, "gate", i));

    worker.loop.step();

    assertThat(worker.published(Outcome.SKIPPED_STALE)).hasSize(20);
    assertThat(worker.published(Outcome.INFERRED)).hasSize(3);
    assertThat(worker.model.calls).hasSize(1);
  }

  @Test
  void dropsFramesThatWereSentAgain() throws Exception {
    worker.frame(0, "gate", 0);
    worker.frame(0, "gate", 1);
    worker.frame(0, "gate", 1);
    worker.stepUntilDue();
    worker.frame(0, "gate", 0);
    worker.frame(0, "gate", 2);
    worker.stepUntilDue();

    assertThat(worker.published())
        .containsExactly(
            "gate/0 people INFERRED", "gate/1 people INFERRED", "gate/2 people INFERRED");
    assertThat(worker.requests("gate", "people", "duplicate")).isEqualTo(2);
    assertThat(worker.committed(0)).isEqualTo(5);
  }

  @Test
  void passesOverCamerasWithoutAPrompt() throws Exception {
    Worker gateOnly = new Worker(3, Worker.prompt("people", "detect person", "gate"));
    gateOnly.frame(0, "gate", 0);
    gateOnly.frame(1, "yard", 0);

    gateOnly.stepUntilDue();

    assertThat(gateOnly.published()).containsExactly("gate/0 people INFERRED");
    assertThat(gateOnly.requests("yard", "", "no_prompt")).isEqualTo(1);
    assertThat(gateOnly.committed(1)).isEqualTo(1);
  }

  @Test
  void promptsOfOneFrameShareItsPicture() throws Exception {
    Worker two = new Worker(1, PEOPLE, Worker.prompt("cars", "detect car ; truck"));
    two.frame(0, "gate", 0);

    two.loop.step();

    assertThat(two.published()).containsExactly("gate/0 cars INFERRED", "gate/0 people INFERRED");
    var requests = two.model.calls.get(0);
    assertThat(requests.get(0).image()).isSameAs(requests.get(1).image());
    assertThat(two.detections().get(0).getDetections().get(0).getLabel()).isEqualTo("car");
  }

  @Test
  void keepsPollingWhileABacklogIsWorkedOff() throws Exception {
    IntStream.range(0, 9).forEach(i -> worker.frame(0, "gate", i));
    worker.loop.step();
    worker.frame(0, "gate", 9);

    worker.loop.step();

    assertThat(worker.consumer.lastPollTimeout()).isEqualTo(Duration.ZERO);
    assertThat(worker.consumer.paused()).isEmpty();
    assertThat(worker.committed(0)).isEqualTo(6);
  }

  @Test
  void infersLateFramesOnlyWhenNoLiveOneIsThere() throws Exception {
    for (int i = 0; i < 5; i++) {
      worker.late(0, "gate", i);
    }
    worker.frame(0, "gate", 100);
    worker.stepUntilDue();
    assertThat(worker.published()).containsExactly("gate/100 people INFERRED");

    worker.loop.step();
    worker.frame(1, "yard", 200);
    for (int i = 0; i < 4; i++) {
      worker.stepUntilDue();
    }

    assertThat(worker.published(Outcome.INFERRED)).hasSize(7);
    assertThat(worker.published().subList(1, 4)).contains("gate/0 people INFERRED");
    assertThat(worker.published().indexOf("yard/200 people INFERRED"))
        .isLessThan(worker.published().indexOf("gate/4 people INFERRED"));
    assertThat(worker.consumed("gate")).isEqualTo(6);
    assertThat(
            worker.registry.getSampleValue(
                "watchword_inference_frames_late_total",
                new String[] {"camera"},
                new String[] {"gate"}))
        .isEqualTo(5);
  }

  @Test
  void lateFramesAreNeitherStaleNorInOrderNorAnsweredTwice() throws Exception {
    worker.late(0, "gate", 7);
    worker.late(0, "gate", 9);
    worker.late(0, "gate", 8);
    worker.late(0, "gate", 9);
    for (int i = 0; i < 4; i++) {
      worker.stepUntilDue();
    }

    assertThat(worker.published())
        .containsExactly(
            "gate/7 people INFERRED", "gate/9 people INFERRED", "gate/8 people INFERRED");
    assertThat(worker.requests("gate", "people", "duplicate")).isEqualTo(1);
  }
}
