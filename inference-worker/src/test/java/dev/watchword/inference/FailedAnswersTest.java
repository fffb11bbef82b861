package dev.watchword.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.Answer.Reason;
import dev.watchword.paligemma.engine.LostDeviceException;
import dev.watchword.paligemma.engine.Usage;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Outcome;
import dev.watchword.service.Health;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Frames that get no answer: unreadable ones, and those at which the model fails. */
class FailedAnswersTest {
  private static final Prompt PEOPLE = Worker.prompt("people", "detect person");
  private final Worker worker = new Worker(3, PEOPLE);

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
