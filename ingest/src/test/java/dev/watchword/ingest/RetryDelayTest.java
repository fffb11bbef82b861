package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RetryDelayTest {
  private final RetryDelay retryDelay = new RetryDelay(new SplittableRandom(5));

  @Test
  void doublesFromAQuarterSecondToHalfAMinute() {
    long expected = 250;
    for (int i = 0; i < 20; i++) {
      assertThat(retryDelay.next())
          .isBetween(Duration.ofMillis(expected), Duration.ofMillis(expected * 5 / 4));
      expected = Math.min(30_000, expected * 2);
    }
  }

  @Test
  void startsOverOnceTheCameraWorks() {
    for (int i = 0; i < 6; i++) {
      retryDelay.next();
    }
    retryDelay.reset();
    assertThat(retryDelay.next()).isLessThan(Duration.ofMillis(313));
  }
}
