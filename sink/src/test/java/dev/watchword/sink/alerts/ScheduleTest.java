package dev.watchword.sink.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
  /** From Friday 22:00 to Saturday 06:00 in Berlin, where the clocks change at the end of March. */
  private static final Schedule NIGHT =
      schedule("{days: [fri], from: 22:00, to: 06:00, time-zone: Europe/Berlin}");

  private static Schedule schedule(String yaml) {
    return RuleTest.rules("r: {when: present, schedule: " + yaml + "}").getFirst().schedule();
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-06T20:59:59Z, false",
    "2026-03-06T21:00:00Z, true",
    "2026-03-07T04:59:59Z, true",
    "2026-03-07T05:00:00Z, false",
    "2026-03-07T21:00:00Z, false",
    "2026-03-06T03:00:00Z, false",
    // In summer the same hours begin and end an hour earlier by UTC.
    "2026-07-03T20:00:00Z, true",
    "2026-07-04T04:00:00Z, false",
  })
  void goesOnPastMidnightFromTheDayOnWhichItBegan(Instant moment, boolean on) {
    assertThat(NIGHT.covers(moment)).isEqualTo(on);
  }

  @ParameterizedTest
  @CsvSource({
    // 2026-03-29: the clock goes from 02:00 to 03:00, and 02:30 is never shown.
    "2026-03-29T00:59:59Z, false",
    "2026-03-29T01:00:00Z, false",
    // 2026-10-25: the clock goes from 03:00 back to 02:00, and 02:30 is shown twice.
    "2026-10-25T00:30:00Z, true",
    "2026-10-25T01:30:00Z, true",
    "2026-10-25T00:50:00Z, false",
    "2026-10-25T01:50:00Z, false",
    "2026-10-24T00:30:00Z, true",
  })
  void followsTheClockOnTheWallWhenItIsChanged(Instant moment, boolean on) {
    Schedule schedule = schedule("{from: 02:15, to: 02:45, time-zone: Europe/Berlin}");

    assertThat(schedule.covers(moment)).isEqualTo(on);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-07T00:00:00Z, true",
    "2026-03-07T23:59:59Z, true",
    "2026-03-08T00:00:00Z, false"
  })
  void aDayWithoutHoursIsAllOfIt(Instant moment, boolean on) {
    assertThat(schedule("{days: [sat]}").covers(moment)).isEqualTo(on);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-07T17:59:59Z, false",
    "2026-03-07T23:59:59Z, true",
    "2026-03-08T00:00:00Z, false"
  })
  void mayLastToTheEndOfTheDay(Instant moment, boolean on) {
    assertThat(schedule("{days: [sat], from: 18:00, to: 24:00}").covers(moment)).isEqualTo(on);
  }
}
