package dev.watchword.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;

/** Each frame is answered once, whatever becomes of a transaction or a partition. */
class ExactlyOnceTest {
  private static final Prompt PEOPLE = Worker.prompt("people", "detect person");
  private final Worker worker = new Worker(3, PEOPLE);

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
}
