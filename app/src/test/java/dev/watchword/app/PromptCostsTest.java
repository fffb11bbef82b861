package dev.watchword.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Outcome;
import org.junit.jupiter.api.Test;

class PromptCostsTest {
  private final PromptCosts costs = new PromptCosts();

  private void add(String prompt, boolean shadow, Outcome outcome, long... busyMicros) {
    for (long micros : busyMicros) {
      FrameDetections record = Frames.seen("gate", prompt, 0, "person");
      costs.add(
          FrameDetections.newBuilder(record)
              .setShadow(shadow)
              .setOutcome(outcome)
              .setBusyMicros(micros)
              .build());
    }
  }

  @Test
  void isTheMeanOfTheFramesThatWereAnswered() {
    add("people", false, Outcome.INFERRED, 10_000, 20_000);
    add("people", false, Outcome.SKIPPED_STALE, 0);
    add("trial", true, Outcome.INFERRED, 10_000, 10_000);

    assertThat(costs.each("people", "1")).isEqualTo("15.0");
    assertThat(costs.frames("people", "1")).isEqualTo(2);
    assertThat(costs.each("trial", "1")).isEqualTo("10.0");
    assertThat(costs.shadowShare()).hasValue(0.4);
  }

  @Test
  void isUnknownWhereNothingWasAskedOrTheEngineDoesNotTell() {
    add("people", false, Outcome.INFERRED, 0, 0);

    assertThat(costs.each("people", "1")).isEqualTo("-");
    assertThat(costs.frames("people", "1")).isEqualTo(2);
    assertThat(costs.each("people", "2")).isEqualTo("-");
    assertThat(costs.frames("people", "2")).isZero();
    assertThat(costs.shadowShare()).isEmpty();
  }
}
