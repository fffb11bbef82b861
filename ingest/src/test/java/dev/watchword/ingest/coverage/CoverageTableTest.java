package dev.watchword.ingest.coverage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.ingest.coverage.CoverageTable.Answers;
import dev.watchword.ingest.coverage.CoverageTable.Row;
import dev.watchword.ingest.coverage.CoverageTable.State;
import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.CoverageService;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CoverageTableTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final Instant LATER = START.plusSeconds(3600);

  private final CoverageTable table = new CoverageTable();

  @Test
  void addsUpFromTheCameraToTheAnswers() {
    ingested(0, 100, 20);
    answered(0, "w1", "people", 9, 0, Map.of("inferred", 7L, "skipped_stale", 2L));
    answered(0, "w2", "people", 10, 0, Map.of("inferred", 10L));
    answered(0, "w2", "cars", 20, 0, Map.of("inferred", 20L));

    Row row = rows().getFirst();
    assertThat(row.waiting()).isZero();
    assertThat(row.state()).isEqualTo(State.COMPLETE);
    Answers people = row.prompts().get("people");
    assertThat(people.consumed()).isEqualTo(people.answered()).isEqualTo(19);
    assertThat(people.outcomes()).isEqualTo(Map.of("inferred", 17L, "skipped_stale", 2L));
    assertThat(row.toCome("people")).isEqualTo(1);
    assertThat(row.toCome("cars")).isZero();
  }

  @Test
  void ofARunOnlyTheLatestRecordCounts() {
    ingested(0, 100, 20);
    answered(0, "w1", "people", 5, 0, Map.of("inferred", 5L));
    answered(0, "w1", "people", 8, 0, Map.of("inferred", 8L));
    answered(0, "w1-again", "people", 12, 0, Map.of("inferred", 12L));

    assertThat(rows().getFirst().prompts().get("people").consumed()).isEqualTo(20);
  }

  @Test
  void framesExpiredInTheMinutesThatMissThem() {
    ingested(0, 100, 20);
    ingested(1, 100, 20);
    ingested(2, 100, 20);
    answered(0, "w", "people", 15, 0, Map.of("inferred", 15L));
    answered(2, "w", "people", 18, 27, Map.of("inferred", 18L));

    List<Row> rows = rows();
    assertThat(rows)
        .extracting(row -> row.prompts().get("people").expired())
        .containsExactly(5L, 20L, 2L);
    assertThat(rows).allMatch(row -> row.toCome("people") == 0);
  }

  @Test
  void aMinuteOfWhoseCaptureNobodyTellsIsIncomplete() {
    answered(0, "w", "people", 3, 0, Map.of("inferred", 3L));

    assertThat(rows().getFirst().state()).isEqualTo(State.INCOMPLETE);
    assertThat(table.rows(START.plusSeconds(30)).getFirst().state()).isEqualTo(State.OPEN);
  }

  /** Its outbox tells of more frames than it had time to tell of itself. */
  @Test
  void aMinuteOfAKilledProcessIsIncompleteEvenWhenItsHeirSendsItsFrames() {
    table.add(ingest(0, "heir").setLate(4).build());

    assertThat(rows().getFirst().waiting()).isEqualTo(-4);
    assertThat(rows().getFirst().state()).isEqualTo(State.INCOMPLETE);
  }

  private List<Row> rows() {
    return table.rows(LATER);
  }

  private void ingested(int minute, long captured, long published) {
    table.add(
        ingest(minute, "i")
            .setCaptured(captured)
            .setNotSampled(captured - published)
            .setPublished(published)
            .build());
  }

  private static Coverage.Builder ingest(int minute, String process) {
    return Coverage.newBuilder()
        .setCamera("gate")
        .setSession("s")
        .setMinute(START.plusSeconds(60L * minute))
        .setService(CoverageService.INGEST)
        .setProcess(process)
        .setClosed(true);
  }

  private void answered(
      int minute,
      String process,
      String prompt,
      long consumed,
      long expired,
      Map<String, Long> outcomes) {
    table.add(
        ingest(minute, process)
            .setService(CoverageService.INFERENCE)
            .setPrompt(prompt)
            .setConsumed(consumed)
            .setExpired(expired)
            .setAnswers(outcomes)
            .build());
  }
}
