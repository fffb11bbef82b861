package dev.watchword.ingest.coverage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.ingest.coverage.CoverageBook.Counts;
import dev.watchword.ingest.coverage.CoverageBook.Due;
import dev.watchword.ingest.coverage.CoverageBook.Minute;
import dev.watchword.ingest.coverage.CoverageTable.Row;
import dev.watchword.ingest.coverage.CoverageTable.State;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CoverageBookTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final Minute FIRST = new Minute("gate", "s", START);

  private final CoverageBook book = new CoverageBook("p1");
  private final CoverageTable table = new CoverageTable();

  @Test
  void tellsOfAMinuteAtItsFirstFrameThenEveryTenSecondsThenWhenItIsOver() {
    captured(5);
    assertThat(send(START.plusSeconds(1))).hasSize(1);
    captured(5);
    assertThat(send(START.plusSeconds(5))).isEmpty();
    assertThat(send(START.plusSeconds(11))).hasSize(1);
    assertThat(send(START.plusSeconds(60))).isEmpty();
    assertThat(send(START.plusSeconds(76)))
        .singleElement()
        .matches(due -> due.coverage().getClosed());
    assertThat(send(START.plusSeconds(100))).isEmpty();

    assertThat(row(START.plusSeconds(100)).captured()).isEqualTo(10);
    assertThat(row(START.plusSeconds(100)).state()).isEqualTo(State.COMPLETE);
  }

  @Test
  void aMinuteThatWasNotClosedIsIncompleteOnceItHasLongPassed() {
    captured(5);
    send(START.plusSeconds(1));

    assertThat(row(START.plusSeconds(30)).state()).isEqualTo(State.OPEN);
    assertThat(row(START.plusSeconds(121)).state()).isEqualTo(State.INCOMPLETE);
  }

  @Test
  void whatTheBrokerDidNotGetIsSentAgain() {
    captured(3);
    for (Due due : book.due(START.plusSeconds(80), false)) {
      book.told(due, false);
    }
    List<Due> again = send(START.plusSeconds(81));

    assertThat(again).singleElement().matches(due -> due.coverage().getClosed());
    assertThat(send(START.plusSeconds(82))).isEmpty();
  }

  @Test
  void keepsWhatItCannotTellAndGivesUpTheOldestOfTooMany() {
    Instant end = START.plusSeconds(60L * CoverageBook.MOST_MINUTES);
    for (Instant at = START; !at.isAfter(end.plusSeconds(60)); at = at.plusSeconds(60)) {
      book.count(new Minute("gate", "s", at), Counts::captured);
    }
    assertThat(book.takeGivenUp()).isEqualTo(2);
    assertThat(book.takeGivenUp()).isZero();

    for (Due due : book.due(end.plusSeconds(3600), false)) {
      book.told(due, false);
    }
    assertThat(send(end.plusSeconds(3600)))
        .hasSize(CoverageBook.MOST_MINUTES)
        .noneMatch(due -> due.minute().start().isBefore(START.plusSeconds(120)));
    book.count(new Minute("gate", "s", end.plusSeconds(3600)), Counts::captured);
    assertThat(book.takeGivenUp()).as("what was told makes room").isZero();
  }

  @Test
  void framesOfTheOutboxAreCountedInTheirOwnMinute() {
    book.count(FIRST, Counts::captured);
    book.count(
        FIRST,
        counts -> {
          counts.spooled();
          counts.pending(1);
        });
    send(START.plusSeconds(90));
    assertThat(row(START.plusSeconds(90)).waiting()).isEqualTo(1);

    book.count(
        FIRST,
        counts -> {
          counts.late();
          counts.pending(-1);
        });
    send(START.plusSeconds(300));
    assertThat(row(START.plusSeconds(300)).waiting()).isZero();
    assertThat(row(START.plusSeconds(300)).late()).isEqualTo(1);
  }

  @Test
  void processesOfOneMinuteAddUp() {
    captured(4);
    send(START.plusSeconds(90));
    CoverageBook other = new CoverageBook("p2");
    other.count(FIRST, Counts::captured);
    other.count(FIRST, counts -> counts.dropped("damaged"));
    other.due(START.plusSeconds(90), false).forEach(due -> table.add(due.coverage()));

    Row row = row(START.plusSeconds(90));
    assertThat(row.captured()).isEqualTo(5);
    assertThat(row.dropped()).isEqualTo(Map.of("damaged", 1L));
    assertThat(row.state()).isEqualTo(State.COMPLETE);
  }

  @Test
  void closesWhatIsSettledWhenTheProcessEnds() {
    captured(2);
    Minute open = new Minute("yard", "t", START);
    book.count(open, counts -> counts.pending(1));

    assertThat(book.due(START.plusSeconds(3), true))
        .extracting(due -> due.coverage().getCamera() + " " + due.coverage().getClosed())
        .containsExactlyInAnyOrder("gate true", "yard false");
  }

  private void captured(int frames) {
    for (int i = 0; i < frames; i++) {
      book.count(FIRST, Counts::captured);
    }
  }

  private List<Due> send(Instant now) {
    List<Due> due = book.due(now, false);
    for (Due one : due) {
      table.add(one.coverage());
      book.told(one, true);
    }
    return due;
  }

  private Row row(Instant now) {
    return table.rows(now).getFirst();
  }
}
