package dev.watchword.sink.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.Alert;
import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.CoverageService;
import dev.watchword.schemas.wire.GeneratedRecords;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CoverageWatchTest {
  static {
    GeneratedRecords.trust();
  }

  private static final Instant MINUTE = Instant.parse("2026-03-01T12:03:00Z");
  private static final List<RuleVersion> RULES = rules("{when: coverage-below, percent: 90}");

  private final CoverageWatch watch = new CoverageWatch("gate");

  private static List<RuleVersion> rules(String yaml) {
    return RuleTest.rules("blind: " + yaml).stream().map(RuleVersion::of).toList();
  }

  private static Coverage ingest(String process, boolean closed, long captured, long published) {
    return record(CoverageService.INGEST, process, "")
        .setClosed(closed)
        .setCaptured(captured)
        .setNotSampled(captured - 120)
        .setGated(20)
        .setPublished(published)
        .build();
  }

  private static Coverage worker(String process, String prompt, long consumed, long inferred) {
    return record(CoverageService.INFERENCE, process, prompt)
        .setClosed(true)
        .setConsumed(consumed)
        .setAnswers(Map.of("inferred", inferred, "skipped_stale", consumed - inferred))
        .build();
  }

  private static Coverage.Builder record(CoverageService service, String process, String prompt) {
    return Coverage.newBuilder()
        .setCamera("gate")
        .setSession("s")
        .setMinute(MINUTE)
        .setService(service)
        .setProcess(process)
        .setPrompt(prompt);
  }

  private List<Alert> take(Coverage... records) {
    List<Alert> alerts = new ArrayList<>();
    for (Coverage record : records) {
      alerts.addAll(watch.record(record, RULES));
    }
    return alerts;
  }

  @Test
  void addsUpWhatSeveralProcessesTellAndTakesTheLatestOfEach() {
    assertThat(
            take(
                worker("w1", "people", 20, 10),
                worker("w1", "people", 60, 55),
                worker("w2", "people", 40, 40),
                ingest("i", true, 1500, 100)))
        .isEmpty();
    assertThat(watch.isWaiting()).isFalse();
  }

  @Test
  void tellsOfAMinuteInWhichModelsLookedAtTooLittle() {
    List<Alert> alerts =
        take(
            worker("w1", "people", 60, 50),
            worker("w2", "people", 40, 31),
            ingest("i", true, 1500, 100));

    assertThat(alerts).hasSize(1);
    assertThat(alerts.getFirst().getReason())
        .isEqualTo("models looked at 81.0 % of the frames of 2026-03-01 12:03, less than 90.0 %");
    assertThat(alerts.getFirst().getAt()).isEqualTo(MINUTE.plusSeconds(60));
    assertThat(alerts.getFirst().getMeasured()).isEqualTo(81.0);
    assertThat(take(worker("w1", "people", 60, 51))).as("a minute is judged once").isEmpty();
  }

  @Test
  void judgesAMinuteThatNobodyClosesWhenItHasLongPassed() {
    assertThat(take(ingest("i", false, 1500, 100), worker("w", "people", 30, 30))).isEmpty();
    assertThat(watch.passed(MINUTE.plusSeconds(179), RULES)).isEmpty();

    CoverageWatch restarted = new CoverageWatch("gate").restore(watch.toBytes());

    assertThat(restarted.passed(MINUTE.plusSeconds(180), RULES))
        .singleElement()
        .satisfies(alert -> assertThat(alert.getMeasured()).isEqualTo(30.0));
    assertThat(restarted.passed(MINUTE.plusSeconds(600), RULES)).isEmpty();
  }

  @Test
  void aPromptThatBeginsWithinTheMinuteRaisesNothing() {
    assertThat(
            take(
                worker("w", "people", 100, 100),
                worker("w", "late", 10, 10),
                ingest("i", true, 1500, 100)))
        .isEmpty();
    assertThat(watch.passed(MINUTE.plus(Duration.ofHours(1)), RULES)).isEmpty();
  }

  @Test
  void aCameraWithoutAPromptRaisesNothing() {
    take(worker("w", "", 100, 0), ingest("i", true, 1500, 100));

    assertThat(watch.passed(MINUTE.plus(Duration.ofHours(1)), RULES)).isEmpty();
  }

  @Test
  void aRuleDoesNotJudgeMinutesFromBeforeItWasWritten() {
    RuleVersion later = new RuleVersion(RULES.getFirst().rule(), "1", MINUTE.plusSeconds(1));
    watch.record(ingest("i", true, 1500, 100), List.of(later));

    assertThat(watch.passed(MINUTE.plusSeconds(200), List.of(later))).isEmpty();
  }
}
