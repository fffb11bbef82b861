package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplerTest {
  @ParameterizedTest
  @CsvSource({
    "25, 2",
    "30, 2",
    "29.97, 2",
    "15, 2",
    "12.5, 5",
    "10, 2",
    "60, 1",
    "7, 3",
    "25, 0.1"
  })
  void keepsTheRateOnAverage(double fps, double rate) {
    int seconds = 600;
    int kept = 0;
    Sampler sampler = new Sampler(rate);
    for (int i = 0; i < fps * seconds; i++) {
      kept += sampler.keep(Math.round(i * 1e6 / fps)) ? 1 : 0;
    }
    assertThat((double) kept).isCloseTo(rate * seconds, within(1.5));
  }

  @Test
  void keepsTheRateWhenFramesArriveUnevenly() {
    SplittableRandom random = new SplittableRandom(3);
    Sampler sampler = new Sampler(2);
    int kept = 0;
    for (int i = 0; i < 25 * 600; i++) {
      kept += sampler.keep(i * 40_000L + random.nextLong(-19_000, 19_000)) ? 1 : 0;
    }
    assertThat(kept).isBetween(1198, 1202);
  }

  @Test
  void passesAStreamThatIsSlowerThanTheRate() {
    Sampler sampler = new Sampler(5);
    for (int i = 0; i < 100; i++) {
      assertThat(sampler.keep(i * 300_000L + (i % 3) * 20_000L)).isTrue();
    }
  }

  @Test
  void startsAnewAfterAJumpAhead() {
    assertThat(kept(2, 0, 100_000, 90_000_000, 90_300_000, 90_400_000, 90_500_000))
        .containsExactly(0L, 90_000_000L, 90_500_000L);
  }

  @Test
  void startsAnewAfterAJumpBack() {
    assertThat(kept(2, 90_000_000, 90_100_000, 0, 300_000, 400_000, 500_000))
        .containsExactly(90_000_000L, 0L, 500_000L);
  }

  @Test
  void aRepeatedOrSlightlyEarlierTimestampIsNoJump() {
    assertThat(kept(2, 0, 40_000, 40_000, 30_000, 500_000)).containsExactly(0L, 500_000L);
  }

  private static List<Long> kept(double rate, long... pts) {
    Sampler sampler = new Sampler(rate);
    List<Long> kept = new ArrayList<>();
    for (long p : pts) {
      if (sampler.keep(p)) {
        kept.add(p);
      }
    }
    return kept;
  }
}
