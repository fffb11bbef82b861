package dev.watchword.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.Usage;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.Test;

class ReplayLoopTest {
  private static final String PEOPLE = "detect person";
  private static final String CARS = "detect car";

  private final ScriptedModel model = new ScriptedModel();

  private List<Integer> callSizes() {
    return model.calls.stream().map(List::size).toList();
  }

  @Test
  void answersOldFramesUnderTheReplaysKeyAndTag() throws Exception {
    ReplayFrames replay = new ReplayFrames(8, model);
    replay.frame("r1", 0, 0, false, PEOPLE, CARS);
    replay.frame("r1", 0, 1, true, PEOPLE, CARS);

    replay.steps(2);

    assertThat(replay.answers())
        .containsExactly(
            "r1/gate 0 detect person",
            "r1/gate 0 detect car",
            "r1/gate 1 detect person",
            "r1/gate 1 detect car");
    assertThat(replay.records())
        .allSatisfy(
            answer -> {
              assertThat(answer.getReplay()).isEqualTo("r1");
              assertThat(answer.getOutcome()).isEqualTo(Outcome.INFERRED);
            });
    assertThat(replay.committed()).isEqualTo(2);
    assertThat(replay.metric("frames_total")).isEqualTo(2);
    assertThat(replay.metric("requests_total", "outcome", "inferred")).isEqualTo(4);
  }

  @Test
  void asksInCallsOfTheSameFramesHoweverTheyArePolled() throws Exception {
    ReplayFrames together = new ReplayFrames(2, model);
    for (int i = 0; i < 5; i++) {
      together.frame("r1", 0, i, i == 4, PEOPLE);
    }
    together.steps(6);
    assertThat(callSizes()).containsExactly(2, 2, 1);

    model.calls.clear();
    ReplayFrames apart = new ReplayFrames(2, model);
    for (int i = 0; i < 5; i++) {
      apart.frame("r1", 0, i, i == 4, PEOPLE);
      apart.steps(1);
    }
    apart.steps(5);
    assertThat(callSizes()).containsExactly(2, 2, 1);
    assertThat(apart.answers()).isEqualTo(together.answers());
  }

  @Test
  void mixesNoTwoReplaysAndBringsNoDraftFromABatchToTheNext() throws Exception {
    ReplayFrames replay = new ReplayFrames(1, model);
    replay.frame("r1", 0, 0, false, PEOPLE);
    replay.frame("r2", 0, 0, false, PEOPLE);
    replay.frame("r1", 0, 1, true, PEOPLE);
    replay.frame("r2", 0, 1, true, PEOPLE);
    replay.frame("r1", 1, 2, true, PEOPLE);

    replay.steps(8);

    assertThat(replay.answers())
        .containsExactly(
            "r1/gate 0 detect person",
            "r1/gate 1 detect person",
            "r2/gate 0 detect person",
            "r2/gate 1 detect person",
            "r1/gate 2 detect person");
    assertThat(model.calls.stream().map(call -> call.getFirst().draft().isEmpty()))
        .as("the first of each batch has no draft, the second has")
        .containsExactly(true, false, true, false, true);
    assertThat(replay.committed()).isEqualTo(5);
  }

  @Test
  void commitsNothingBehindABatchThatIsNotWholeYet() throws Exception {
    ReplayFrames replay = new ReplayFrames(8, model);
    replay.frame("r1", 0, 0, false, PEOPLE);
    replay.frame("r2", 0, 0, true, PEOPLE);

    replay.steps(3);
    assertThat(replay.answers()).isEmpty();
    assertThat(replay.committed()).isZero();

    replay.frame("r1", 0, 1, true, PEOPLE);
    replay.steps(3);
    assertThat(replay.answers()).hasSize(3);
    assertThat(replay.committed()).isEqualTo(3);
  }

  @Test
  void answersWhatIsLeftOfABatchWhoseEndWasDeleted() throws Exception {
    ReplayFrames replay = new ReplayFrames(8, model);
    replay.frame("r1", 0, 0, false, PEOPLE);
    replay.frame("r1", 1, 8, true, PEOPLE);

    replay.steps(4);

    assertThat(replay.answers()).hasSize(2);
    assertThat(callSizes()).containsExactly(1, 1);
  }

  @Test
  void doesNotAskWhileLiveFramesWaitAndGoesOnAfterwards() throws Exception {
    ReplayFrames replay = new ReplayFrames(1, model);
    replay.frame("r1", 0, 0, false, PEOPLE);
    replay.frame("r1", 0, 1, true, PEOPLE);
    model.duringCall = () -> replay.turns.liveGathers(true);

    replay.steps(3);
    assertThat(model.calls).as("a live frame has come during the first call").hasSize(1);
    assertThat(replay.answers()).isEmpty();

    model.duringCall = () -> {};
    replay.turns.liveGathers(false);
    replay.steps(2);
    assertThat(replay.answers()).hasSize(2);
  }

  @Test
  void liveFramesGetTheirTurnBeforeAReplayThatWaitsToo() throws Exception {
    ModelTurns turns = new ModelTurns();
    assertThat(turns.takeReplay(Duration.ZERO)).isTrue();
    AtomicBoolean had = new AtomicBoolean();
    Thread live =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    turns.takeLive();
                    had.set(true);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    while (live.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    turns.give();

    assertThat(turns.takeReplay(Duration.ofMillis(50))).as("the live one has it").isFalse();
    live.join();
    assertThat(had).isTrue();
    turns.give();
    assertThat(turns.takeReplay(Duration.ZERO)).isTrue();
  }

  @Test
  void answersOnceWhenItsTransactionFails() throws Exception {
    ReplayFrames replay = new ReplayFrames(8, model);
    replay.steps(1);
    replay.producers.getLast().commitTransactionException = new ProducerFencedException("gone");
    replay.frame("r1", 0, 0, false, PEOPLE);
    replay.frame("r1", 0, 1, true, PEOPLE);

    replay.steps(2);
    assertThat(replay.answers()).isEmpty();
    assertThat(replay.health.current().ok()).isFalse();

    replay.producers.getLast().commitTransactionException = null;
    replay.steps(4);
    assertThat(replay.answers())
        .containsExactly("r1/gate 0 detect person", "r1/gate 1 detect person");
    assertThat(replay.metric("frames_total")).isEqualTo(2);
    assertThat(replay.health.current().ok()).isTrue();
  }

  @Test
  void keepsTheFramesWhileTheModelIsLost() throws Exception {
    ReplayFrames replay = new ReplayFrames(8, model);
    replay.frame("r1", 0, 0, true, PEOPLE);
    model.answers =
        request ->
            new Answer.Failed(Answer.Reason.UNREACHABLE, "the endpoint does not answer", USAGE);
    replay.steps(3);
    assertThat(replay.records()).isEmpty();
    assertThat(replay.committed()).isZero();
    assertThat(replay.health.current().detail()).contains("does not answer");

    model.answers = request -> Answer.Given.of(ScriptedModel.generation(request));
    replay.steps(3);
    assertThat(replay.records())
        .extracting(FrameDetections::getOutcome)
        .containsExactly(Outcome.INFERRED);
  }

  @Test
  void setsAsideWhatIsNoFrameOfAReplay() throws Exception {
    ReplayFrames replay = new ReplayFrames(8, model);
    replay.bytes("r1/gate", new byte[] {1, 2, 3});
    replay.frame("r1", 0, 0, true, "no task at all");
    replay.frame("r1", 1, 1, true, PEOPLE);

    replay.steps(6);

    assertThat(replay.deadLetters()).hasSize(2);
    assertThat(replay.answers()).containsExactly("r1/gate 1 detect person");
    assertThat(replay.committed()).isEqualTo(3);
  }

  @Test
  void failsAFrameAloneThatTheModelBreaksOn() throws Exception {
    ReplayFrames replay = new ReplayFrames(8, model);
    replay.frame("r1", 0, 0, false, PEOPLE);
    replay.frame("r1", 0, 1, true, CARS);
    model.failsOn = (Request request) -> request.prompt().text().contains("car");

    replay.steps(3);

    assertThat(replay.records())
        .extracting(FrameDetections::getOutcome)
        .containsExactly(Outcome.INFERRED, Outcome.FAILED);
  }

  private static final Usage USAGE = Usage.none();
}
