package dev.watchword.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.paligemma.Generation;
import dev.watchword.paligemma.ModelId;
import dev.watchword.paligemma.Request;
import dev.watchword.paligemma.engine.Answer;
import dev.watchword.paligemma.engine.Generator;
import dev.watchword.paligemma.engine.LostDeviceException;
import dev.watchword.schemas.FrameDetections;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Several batches at the same time, with a model of two lanes. */
class LanesTest {
  private static final Prompt PEOPLE = Worker.prompt("people", "detect person");

  /** Pictures of this shade and brighter come in the second batch. */
  private static final int SECOND = 128;

  private final TwoLanes model = new TwoLanes();
  private final Worker worker = new Worker(3, model, PEOPLE);

  private interface Call {
    void run(boolean second) throws Exception;
  }

  /** Answers like the scripted model; a call may be made to wait or to fail. */
  private static final class TwoLanes implements Generator {
    final List<List<Request>> calls = Collections.synchronizedList(new ArrayList<>());
    final Set<Thread> callers = Collections.synchronizedSet(new HashSet<>());
    final AtomicInteger underWay = new AtomicInteger();
    volatile Call call = second -> {};

    @Override
    public ModelId id() {
      return new ModelId("lanes", "0", "test", "float32");
    }

    @Override
    public int lanes() {
      return 2;
    }

    @Override
    public List<Answer> generate(List<Request> requests) throws InterruptedException {
      calls.add(requests);
      callers.add(Thread.currentThread());
      underWay.incrementAndGet();
      try {
        call.run(shade(requests.getFirst()) >= SECOND);
      } catch (InterruptedException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new AssertionError(e);
      } finally {
        underWay.decrementAndGet();
      }
      return requests.stream().<Answer>map(one -> Answer.Given.of(generation(one))).toList();
    }

    private static Generation generation(Request request) {
      Generation some = ScriptedModel.generation(request);
      List<Integer> tokens = Collections.nCopies(3, shade(request) < SECOND ? 1 : 2);
      return new Generation(some.text(), some.detections(), tokens, some.timings());
    }

    @Override
    public void close() {}
  }

  private static int shade(Request request) {
    return request.image().rgb()[0] & 0xff;
  }

  private void twoBatches() {
    IntStream.range(0, 3).forEach(i -> worker.frame(0, "gate", i));
    IntStream.range(SECOND, SECOND + 3).forEach(i -> worker.frame(0, "gate", i));
  }

  private static String inferred(int sequence) {
    return "gate/%d people INFERRED".formatted(sequence);
  }

  @Test
  void twoBatchesAreInTheModelAtTheSameTime() throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    model.call = second -> both.await(10, TimeUnit.SECONDS);
    twoBatches();

    worker.loop.step();

    assertThat(model.calls).extracting(List::size).containsExactly(3, 3);
    assertThat(worker.committed(0)).isEqualTo(6);
    assertThat(worker.requests("gate", "people", "inferred")).isEqualTo(6);
    assertThat(worker.producers).singleElement().matches(one -> one.commitCount() == 1);
    assertThat(worker.detections())
        .extracting(record -> record.getTimings().getBatchSize())
        .containsOnly(3);
  }

  @Test
  void answersKeepTheirOrderWhicheverBatchIsDoneFirst() throws Exception {
    CountDownLatch secondIsDone = new CountDownLatch(1);
    model.call =
        second -> {
          if (second) {
            secondIsDone.countDown();
          } else {
            assertThat(secondIsDone.await(10, TimeUnit.SECONDS)).isTrue();
          }
        };
    twoBatches();

    worker.loop.step();

    assertThat(worker.published())
        .containsExactly(
            inferred(0),
            inferred(1),
            inferred(2),
            inferred(SECOND),
            inferred(SECOND + 1),
            inferred(SECOND + 2));
  }

  @Test
  void theLatestAnswerIsTheNextDraft() throws Exception {
    twoBatches();
    worker.loop.step();
    worker.frame(0, "gate", 3);
    worker.stepUntilDue();

    assertThat(model.calls.subList(0, 2))
        .allSatisfy(call -> assertThat(call).allMatch(one -> one.draft().isEmpty()));
    assertThat(model.calls.get(2))
        .singleElement()
        .matches(one -> one.draft().equals(List.of(2, 2, 2)));
  }

  @Test
  void oneBatchIsAskedByTheLoopItself() throws Exception {
    worker.frame(0, "gate", 0);
    worker.stepUntilDue();
    IntStream.range(1, 4).forEach(i -> worker.frame(0, "gate", i));
    worker.loop.step();

    assertThat(model.calls).extracting(List::size).containsExactly(1, 3);
    assertThat(model.callers).containsExactly(Thread.currentThread());
  }

  @Test
  void whatWaitsBeyondABatchGoesAlong() throws Exception {
    IntStream.range(0, 4).forEach(i -> worker.frame(0, "gate", i));

    worker.loop.step();

    assertThat(model.calls).extracting(List::size).containsExactlyInAnyOrder(3, 1);
    assertThat(worker.committed(0)).isEqualTo(4);
  }

  @Test
  void lateFramesLeaveALaneToLiveOnes() throws Exception {
    IntStream.range(0, 5).forEach(i -> worker.late(0, "gate", i));
    worker.loop.step();
    worker.loop.step();

    assertThat(model.calls).singleElement().asList().hasSize(3);
  }

  @Test
  void sentAgainInTheOtherBatchIsADuplicate() throws Exception {
    IntStream.range(0, 3).forEach(i -> worker.frame(0, "gate", i));
    worker.frame(0, "gate", 2);
    worker.frame(0, "gate", SECOND);

    worker.loop.step();

    assertThat(worker.published())
        .containsExactly(inferred(0), inferred(1), inferred(2), inferred(SECOND));
    assertThat(worker.requests("gate", "people", "duplicate")).isEqualTo(1);
  }

  @Test
  void framesAtFaultFailAloneInEitherBatch() throws Exception {
    model.call =
        second -> {
          if (second) {
            throw new IllegalStateException("out of luck");
          }
        };
    twoBatches();

    worker.loop.step();

    assertThat(worker.published().subList(0, 3))
        .containsExactly(inferred(0), inferred(1), inferred(2));
    assertThat(worker.detections().subList(3, 6))
        .extracting(FrameDetections::getFailure)
        .allMatch(failure -> failure.contains("out of luck"));
    assertThat(worker.committed(0)).isEqualTo(6);
  }

  @Test
  void deviceLostInOneBatchLeavesAllFramesInTheTopic() {
    CountDownLatch lost = new CountDownLatch(1);
    model.call =
        second -> {
          if (second) {
            lost.countDown();
            throw new LostDeviceException("CUDA cannot finish a pass: error 700", null);
          }
          assertThat(lost.await(10, TimeUnit.SECONDS)).isTrue();
        };
    twoBatches();

    assertThatThrownBy(worker.loop::step).isInstanceOf(LostDeviceException.class);
    assertThat(worker.published()).isEmpty();
    assertThat(worker.committed(0)).isZero();
    assertThat(model.underWay).hasValue(0);
  }

  @Test
  void failureOfTheFirstBatchCancelsTheOther() {
    CountDownLatch secondIsIn = new CountDownLatch(1);
    model.call =
        second -> {
          if (second) {
            secondIsIn.countDown();
            new CountDownLatch(1).await(10, TimeUnit.SECONDS);
            throw new AssertionError("was not cancelled");
          }
          assertThat(secondIsIn.await(10, TimeUnit.SECONDS)).isTrue();
          throw new LostDeviceException("CUDA cannot finish a pass: error 700", null);
        };
    twoBatches();

    assertThatThrownBy(worker.loop::step).isInstanceOf(LostDeviceException.class);
    assertThat(worker.published()).isEmpty();
    assertThat(model.underWay).hasValue(0);
  }

  @Test
  void interruptedLoopEndsBothBatches() throws Exception {
    Thread loop = Thread.currentThread();
    CyclicBarrier both = new CyclicBarrier(2);
    AtomicInteger ended = new AtomicInteger();
    model.call =
        second -> {
          both.await(10, TimeUnit.SECONDS);
          if (second) {
            loop.interrupt();
          }
          try {
            new CountDownLatch(1).await(10, TimeUnit.SECONDS);
            throw new AssertionError("was not interrupted");
          } finally {
            ended.incrementAndGet();
          }
        };
    twoBatches();

    assertThatThrownBy(worker.loop::step).isInstanceOf(InterruptedException.class);
    assertThat(ended).hasValue(2);
    assertThat(worker.published()).isEmpty();
    assertThat(worker.turns.takeReplay(Duration.ZERO)).as("the model is given back").isTrue();
  }

  @Test
  void withOneLaneTheLoopAsksAloneOneBatchAfterTheOther() throws Exception {
    Set<Thread> callers = new HashSet<>();
    Worker single = new Worker(3, PEOPLE);
    single.model.duringCall = () -> callers.add(Thread.currentThread());
    IntStream.range(0, 6).forEach(i -> single.frame(0, "gate", i));

    single.loop.step();
    assertThat(single.committed(0)).isEqualTo(3);
    single.loop.step();

    assertThat(single.model.calls).extracting(List::size).containsExactly(3, 3);
    assertThat(callers).containsExactly(Thread.currentThread());
  }
}
