package dev.watchword.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.CoverageService;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Ids;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;

/** What the worker says on the topic {@code coverage}, against what it answered. */
class CoverageTest {
  private final Worker worker =
      new Worker(
          4,
          Worker.prompt("people", "detect person", "gate", "yard"),
          Worker.prompt("cars", "detect car", "yard"));

  @Test
  void accountsForEveryFrameAndPrompt() throws Exception {
    worker.model.failsOn = request -> (request.image().rgb()[0] & 0xff) > 150;
    worker.frame(0, "gate", 0);
    worker.frame(0, "gate", 0);
    worker.frame(0, "gate", 1, worker.now.minusSeconds(600));
    worker.frame(0, "gate", 200);
    worker.frame(1, "yard", 0);
    worker.frame(1, "dock", 0);
    worker.late(1, "yard", 7);
    for (int i = 0; i < 4; i++) {
      worker.stepUntilDue();
    }

    assertThat(latest())
        .allMatch(record -> record.getService() == CoverageService.INFERENCE)
        .allMatch(Coverage::getClosed)
        .allMatch(
            record ->
                record.getConsumed()
                    == record.getAnswers().values().stream().mapToLong(Long::longValue).sum());
    assertThat(answers("gate", "people"))
        .isEqualTo(Map.of("inferred", 1L, "duplicate", 1L, "skipped_stale", 1L, "failed", 1L));
    assertThat(answers("yard", "people")).isEqualTo(Map.of("inferred", 2L));
    assertThat(answers("yard", "cars")).isEqualTo(Map.of("inferred", 2L));
    assertThat(answers("dock", "")).isEqualTo(Map.of("no_prompt", 1L));
    assertThat(of("yard", "cars").stream().mapToLong(Coverage::getLate).sum()).isEqualTo(1);
    assertThat(of("gate", "people"))
        .as("a record for each minute of capture")
        .extracting(Coverage::getConsumed)
        .containsExactlyInAnyOrder(3L, 1L);
  }

  @Test
  void addsUpWhateverBecomesOfTheTransactions() throws Exception {
    worker.loop.step();
    for (int i = 0; i < 24; i++) {
      worker.frame(0, "gate", i);
      if (i % 5 == 1) {
        worker.producer().commitTransactionException = new KafkaException("disk full");
      }
      if (i % 5 == 3) {
        worker.producer().loseNextAnswer();
      }
      worker.stepUntilDue();
      worker.producer().commitTransactionException = null;
      worker.stepUntilDue();
    }

    assertThat(worker.published()).hasSize(24);
    assertThat(answers("gate", "people")).isEqualTo(Map.of("inferred", 24L));
    assertThat(of("gate", "people").stream().map(Coverage::getProcess).distinct().count())
        .as("runs, one more after each failure")
        .isGreaterThan(5);
  }

  @Test
  void answersToLateFramesSayThatTheyAre() throws Exception {
    worker.frame(0, "gate", 8);
    worker.late(0, "gate", 7);
    for (int i = 0; i < 3; i++) {
      worker.stepUntilDue();
    }

    assertThat(worker.detections())
        .extracting(record -> record.getId().getSequence())
        .containsExactly(8L, 7L);
    assertThat(worker.detections())
        .extracting(FrameDetections::getLate)
        .containsExactly(false, true);
  }

  @Test
  void framesThatComeLateHaveNotExpired() throws Exception {
    worker.frame(0, "gate", 0);
    worker.stepUntilDue();
    worker.frame(0, "gate", 5);
    IntStream.range(1, 5).forEach(i -> worker.late(0, "gate", i));
    for (int i = 0; i < 4; i++) {
      worker.stepUntilDue();
    }

    assertThat(answers("gate", "people")).isEqualTo(Map.of("inferred", 6L));
    assertThat(of("gate", "people")).allMatch(record -> record.getExpired() == 0);
    assertThat(worker.expired("gate")).isZero();
  }

  @Test
  void framesThatLeftTheTopicUnreadHaveExpired() throws Exception {
    worker.frame(0, "gate", 0);
    worker.stepUntilDue();
    IntStream.range(1, 10).forEach(i -> worker.frame(0, "gate", i));
    worker.consumer.expire(FramesConsumer.partition(0), 7);
    for (int i = 0; i < 3; i++) {
      worker.stepUntilDue();
    }

    assertThat(answers("gate", "people")).isEqualTo(Map.of("inferred", 4L));
    assertThat(of("gate", "people").stream().mapToLong(Coverage::getExpired).sum()).isEqualTo(6);
    assertThat(worker.expired("gate")).isEqualTo(6);
  }

  private Map<String, Long> answers(String camera, String prompt) {
    Map<String, Long> sum = new LinkedHashMap<>();
    for (Coverage record : of(camera, prompt)) {
      record.getAnswers().forEach((outcome, frames) -> sum.merge(outcome, frames, Long::sum));
    }
    return sum;
  }

  private List<Coverage> of(String camera, String prompt) {
    return latest().stream()
        .filter(record -> record.getCamera().equals(camera) && record.getPrompt().equals(prompt))
        .toList();
  }

  /** As a reader sees the topic: of each key the last record that was committed. */
  private Collection<Coverage> latest() {
    Map<String, Coverage> latest = new LinkedHashMap<>();
    for (AnswersProducer producer : worker.producers) {
      for (ProducerRecord<String, Object> record : producer.history()) {
        if (record.value() instanceof Coverage coverage) {
          assertThat(record.key()).isEqualTo(Ids.key(coverage));
          latest.put(record.key(), coverage);
        }
      }
    }
    return latest.values();
  }
}
