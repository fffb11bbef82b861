package dev.watchword.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.Answer.Reason;
import dev.watchword.paligemma.engine.LostDeviceException;
import dev.watchword.paligemma.engine.Usage;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Mask;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.Task;
import dev.watchword.service.Health;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.KafkaException;
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
  void commitsOnlyTheFramesOfTheBatch() throws Exception {
    IntStream.range(0, 5).forEach(i -> worker.frame(0, "gate", i));

    worker.loop.step();
    assertThat(worker.committed(0)).isEqualTo(3);
    assertThat(worker.published()).hasSize(3);

    worker.stepUntilDue();
    assertThat(worker.committed(0)).isEqualTo(5);
    assertThat(worker.published()).hasSize(5);
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
  void setsUnreadableRecordsAside() throws Exception {
    worker.bytes(0, "gate", new byte[] {9, 9, 9});
    worker.bytes(1, "yard", null);
    worker.frame(0, "gate", 0);

    worker.loop.step();

    assertThat(worker.published()).containsExactly("gate/0 people INFERRED");
    assertThat(worker.deadLetters())
        .anySatisfy(
            letter -> {
              assertThat(letter.getOffset()).isZero();
              assertThat(letter.getTopic()).isEqualTo(FramesConsumer.TOPIC);
              assertThat(letter.getError()).contains("not a frame");
              assertThat(letter.getValue().remaining()).isEqualTo(3);
            })
        .anySatisfy(letter -> assertThat(letter.getError()).contains("no value"))
        .hasSize(2);
    assertThat(worker.committed(0)).isEqualTo(2);
  }

  @Test
  void setsDamagedPicturesAsideAndSaysSo() throws Exception {
    worker.frame(0, "gate", 0, worker.now, new byte[] {1, 2, 3});
    worker.frame(0, "gate", 1);

    worker.stepUntilDue();

    assertThat(worker.published())
        .containsExactlyInAnyOrder("gate/0 people FAILED", "gate/1 people INFERRED");
    assertThat(worker.detections().get(0).getFailure()).contains("picture cannot be decoded");
    assertThat(worker.deadLetters()).hasSize(1);
  }

  @Test
  void failingFrameDoesNotTakeItsBatchAlong() throws Exception {
    worker.model.failsOn = request -> (request.image().rgb()[0] & 0xff) > 150;
    worker.frame(0, "gate", 1);
    worker.frame(0, "gate", 200);
    worker.frame(1, "yard", 2);

    worker.loop.step();

    assertThat(worker.published())
        .containsExactlyInAnyOrder(
            "gate/1 people INFERRED", "gate/200 people FAILED", "yard/2 people INFERRED");
    assertThat(
            worker.detections().stream()
                .filter(record -> record.getOutcome() == Outcome.FAILED)
                .map(FrameDetections::getFailure))
        .singleElement()
        .asString()
        .contains("out of luck");
  }

  private static Usage usage(int attempts, long prompt, long completion, double dollars) {
    return new Usage(attempts, prompt, completion, dollars, Duration.ofMillis(250));
  }

  private static Answer unreachable() {
    return new Answer.Failed(Reason.UNREACHABLE, "the endpoint is away", usage(3, 0, 0, 0));
  }

  @Test
  void requestThatFailsAloneIsNotAskedAgain() throws Exception {
    worker.model.answers =
        request ->
            (request.image().rgb()[0] & 0xff) > 150
                ? new Answer.Failed(Reason.UNREADABLE, "no list of boxes", usage(1, 340, 20, 0.25))
                : new Answer.Given(ScriptedModel.generation(request), usage(2, 340, 60, 0.5));
    worker.frame(0, "gate", 1);
    worker.frame(0, "gate", 200);
    worker.frame(1, "yard", 2);

    worker.loop.step();

    assertThat(worker.model.calls).hasSize(1);
    assertThat(worker.published())
        .containsExactlyInAnyOrder(
            "gate/1 people INFERRED", "gate/200 people FAILED", "yard/2 people INFERRED");
    assertThat(worker.detections())
        .filteredOn(record -> record.getOutcome() == Outcome.FAILED)
        .extracting(FrameDetections::getFailure)
        .containsExactly("no list of boxes");
    assertThat(worker.detections().get(0).getTokens()).isEqualTo(60);
    assertThat(worker.health.current().ok()).isTrue();
    assertThat(worker.remote("requests_total", "outcome", "answered")).isEqualTo(2);
    assertThat(worker.remote("requests_total", "outcome", "unreadable")).isEqualTo(1);
    assertThat(worker.remote("tokens_total", "kind", "prompt")).isEqualTo(1020);
    assertThat(worker.remote("tokens_total", "kind", "completion")).isEqualTo(140);
    assertThat(worker.registry.getSampleValue("watchword_inference_remote_attempts_total"))
        .isEqualTo(5);
    assertThat(worker.registry.getSampleValue("watchword_inference_remote_cost_dollars_total"))
        .isEqualTo(1.25);
    assertThat(worker.registry.getSampleValue("watchword_inference_remote_request_seconds_sum"))
        .isEqualTo(0.75);
  }

  @Test
  void lostEndpointShowsInHealthUntilItAnswers() throws Exception {
    worker.model.answers = request -> unreachable();
    worker.frame(0, "gate", 0);
    worker.stepUntilDue();
    assertThat(worker.published()).containsExactly("gate/0 people FAILED");
    assertThat(worker.committed(0)).isEqualTo(1);
    assertThat(worker.health.current()).isEqualTo(Health.down("the endpoint is away"));

    worker.loop.step();
    assertThat(worker.health.current().ok()).as("nothing new is known").isFalse();

    worker.model.answers =
        request -> new Answer.Given(ScriptedModel.generation(request), usage(1, 340, 60, 0));
    worker.frame(0, "gate", 1);
    worker.stepUntilDue();
    assertThat(worker.health.current()).isEqualTo(Health.up("running"));
  }

  @Test
  void oneAnswerProvesThatTheEndpointIsThere() throws Exception {
    worker.model.answers =
        request ->
            (request.image().rgb()[0] & 0xff) > 150
                ? unreachable()
                : Answer.Given.of(ScriptedModel.generation(request));
    worker.frame(0, "gate", 1);
    worker.frame(0, "gate", 200);
    worker.stepUntilDue();

    assertThat(worker.health.current().ok()).isTrue();
  }

  @Test
  void interruptedModelEndsTheRoundWithoutAskingAgain() {
    worker.model.duringCall = Thread.currentThread()::interrupt;
    worker.frame(0, "gate", 0);

    assertThatThrownBy(worker::stepUntilDue).isInstanceOf(InterruptedException.class);
    assertThat(worker.model.calls).hasSize(1);
    assertThat(worker.published()).isEmpty();
  }

  @Test
  void abortedBatchIsPolledAgain() throws Exception {
    worker.loop.step();
    worker.producer().commitTransactionException = new KafkaException("disk full");
    IntStream.range(0, 3).forEach(i -> worker.frame(0, "gate", i));
    worker.loop.step();
    assertThat(worker.published()).isEmpty();
    assertThat(worker.health.current().ok()).isFalse();
    assertThat(worker.health.current().detail()).contains("disk full");
    assertThat(worker.consumed("gate")).isZero();

    worker.producer().commitTransactionException = null;
    worker.loop.step();

    assertThat(worker.published())
        .containsExactly(
            "gate/0 people INFERRED", "gate/1 people INFERRED", "gate/2 people INFERRED");
    assertThat(worker.requests("gate", "people", "duplicate")).isZero();
    assertThat(worker.consumed("gate")).isEqualTo(3);
    assertThat(worker.health.current().ok()).isTrue();
  }

  @Test
  void staysDownUntilWhatFailedIsAnswered() throws Exception {
    worker.loop.step();
    worker.producer().commitTransactionException = new KafkaException("disk full");
    worker.frame(0, "gate", 0);
    worker.stepUntilDue();
    for (int round = 0; round < 4; round++) {
      worker.now = worker.now.plus(Worker.BATCH_DELAY);
      worker.loop.step();
      assertThat(worker.health.current().ok()).as("round %d", round).isFalse();
    }

    worker.producer().commitTransactionException = null;
    worker.stepUntilDue();
    assertThat(worker.health.current().ok()).isTrue();
    assertThat(worker.published()).containsExactly("gate/0 people INFERRED");
  }

  @Test
  void abortAfterACommitRewindsToThatCommit() throws Exception {
    IntStream.range(0, 3).forEach(i -> worker.frame(0, "gate", i));
    worker.loop.step();
    worker.producer().sendOffsetsToTransactionException = new KafkaException("coordinator moved");
    IntStream.range(3, 6).forEach(i -> worker.frame(0, "gate", i));
    worker.loop.step();
    worker.producer().sendOffsetsToTransactionException = null;
    worker.loop.step();

    assertThat(worker.published())
        .extracting(line -> line.substring(0, 6))
        .containsExactly("gate/0", "gate/1", "gate/2", "gate/3", "gate/4", "gate/5");
  }

  @Test
  void fencedProducerIsReplaced() throws Exception {
    worker.loop.step();
    worker.producer().fenceProducer();
    IntStream.range(0, 3).forEach(i -> worker.frame(0, "gate", i));

    worker.loop.step();
    worker.loop.step();

    assertThat(worker.producers).hasSize(2);
    assertThat(worker.published()).hasSize(3);
    assertThat(worker.consumed("gate")).isEqualTo(3);
  }

  @Test
  void commitWhoseAnswerWasLostIsNotDoneAgain() throws Exception {
    worker.loop.step();
    worker.producer().loseNextAnswer();
    IntStream.range(0, 3).forEach(i -> worker.frame(0, "gate", i));
    worker.loop.step();
    worker.frame(0, "gate", 2);
    worker.stepUntilDue();

    assertThat(worker.published()).hasSize(3);
    assertThat(worker.consumed("gate")).isEqualTo(4);
    assertThat(worker.requests("gate", "people", "duplicate")).isEqualTo(1);
  }

  @Test
  void partitionsThatLeaveTakeTheirFramesAlong() throws Exception {
    worker.frame(0, "gate", 0);
    worker.frame(1, "yard", 0);
    worker.loop.step();
    worker.consumer.assign(0);

    worker.stepUntilDue();

    assertThat(worker.published()).containsExactly("gate/0 people INFERRED");
    assertThat(worker.committed(1)).isZero();
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
  void everyFrameAndPromptIsAccountedFor() throws Exception {
    Worker mixed =
        new Worker(
            4,
            Worker.prompt("people", "detect person", "gate", "yard"),
            Worker.prompt("cars", "detect car", "yard"));
    mixed.model.failsOn = request -> (request.image().rgb()[0] & 0xff) > 150;
    mixed.frame(0, "gate", 0);
    mixed.frame(0, "gate", 0);
    mixed.frame(0, "gate", 1, mixed.now.minusSeconds(60));
    mixed.frame(0, "gate", 200);
    mixed.frame(1, "yard", 0);
    mixed.frame(1, "yard", 1, mixed.now, new byte[] {1});
    mixed.frame(1, "dock", 0);
    mixed.bytes(1, "dock", new byte[] {1});
    mixed.loop.step();
    mixed.producer().commitTransactionException = new KafkaException("away");
    mixed.stepUntilDue();
    mixed.producer().commitTransactionException = null;
    mixed.stepUntilDue();
    mixed.stepUntilDue();

    assertThat(mixed.committed(0) + mixed.committed(1)).isEqualTo(8);
    assertThat(mixed.consumed("gate") + mixed.consumed("yard") + mixed.consumed("dock"))
        .isEqualTo(7);
    for (List<String> each :
        List.of(
            List.of("gate", "people"),
            List.of("yard", "people"),
            List.of("yard", "cars"),
            List.of("dock", ""))) {
      double sum = 0;
      for (RequestOutcome outcome : RequestOutcome.values()) {
        sum += mixed.requests(each.get(0), each.get(1), outcome.label());
      }
      assertThat(sum).as(each.toString()).isEqualTo(mixed.consumed(each.get(0))).isPositive();
    }
    assertThat(mixed.requests("gate", "people", "failed")).isEqualTo(1);
    assertThat(mixed.requests("gate", "people", "duplicate")).isEqualTo(1);
    assertThat(mixed.requests("yard", "cars", "failed")).isEqualTo(1);
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

  @Test
  void lostDeviceEndsTheWorkerAndLeavesItsFramesInTheTopic() {
    worker.frame(0, "gate", 0);
    worker.now = worker.now.plus(Worker.BATCH_DELAY);
    worker.model.duringCall =
        () -> {
          throw new LostDeviceException("CUDA cannot finish a pass: error 700", null);
        };

    assertThatThrownBy(
            () -> {
              worker.loop.step();
              worker.now = worker.now.plus(Worker.BATCH_DELAY);
              worker.loop.step();
            })
        .isInstanceOf(LostDeviceException.class);
    assertThat(worker.published()).isEmpty();
    assertThat(worker.committed(0)).isZero();
  }
}
