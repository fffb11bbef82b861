package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private final Backoff backoff = new Backoff(new SplittableRandom(5));

  @Test
  void doublesFromAQuarterSecondToHalfAMinute() {
    long expected = 250;
    for (int i = 0; i < 20; i++) {
      assertThat(backoff.next())
          .isBetween(Duration.ofMillis(expected), Duration.ofMillis(expected * 5 / 4));
      expected = Math.min(30_000, expected * 2);
    }
  }

  @Test
  void startsOverOnceTheCameraWorks() {
    for (int i = 0; i < 6; i++) {
      backoff.next();
    }
    backoff.reset();
    assertThat(backoff.next()).isLessThan(Duration.ofMillis(313));
  }
}
