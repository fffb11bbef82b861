package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.watchword.schemas.CaptureClock;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CaptureTimeTest {
  private static final long SECOND = 1_000_000;
  private static final long FRAME = 40_000;
  private static final long NOW = 1_800_000_000_000_000L;

  @Test
  void isTheArrivalUntilTheCameraTellsItsClock() {
    CaptureTime time = CaptureTime.live();
    assertThat(time.of(0, NOW)).isEqualTo(NOW);
    assertThat(time.clock()).isEqualTo(CaptureClock.ARRIVAL);

    time.senderClock(NOW + 900_000, 1_000_000);
    assertThat(time.of(1_040_000, NOW + 1_040_000)).isEqualTo(NOW + 940_000);
    assertThat(time.clock()).isEqualTo(CaptureClock.RTCP);
  }

  @Test
  void distrustsACameraWhoseClockIsFarOff() {
    CaptureTime time = CaptureTime.live();
    time.senderClock(NOW - CaptureTime.MOST_BEHIND - 1, 0);
    assertThat(time.of(0, NOW)).isEqualTo(NOW);
    assertThat(time.clock()).isEqualTo(CaptureClock.ARRIVAL);
  }

  @Test
  void distrustsACameraThatLivesInTheFuture() {
    CaptureTime time = CaptureTime.live();
    time.senderClock(NOW + CaptureTime.MOST_AHEAD + 1, 0);
    assertThat(time.of(0, NOW)).isEqualTo(NOW);
    assertThat(time.clock()).isEqualTo(CaptureClock.ARRIVAL);
  }

  @Test
  void distrustsAClockThatWasSetUntilItHasKeptGoing() {
    CaptureTime time = CaptureTime.live();
    for (int i = 0; i < 1000; i++) {
      long pts = i * FRAME;
      long wrong = pts < 10 * SECOND ? 0 : 4 * SECOND;
      time.senderClock(NOW + pts - 50_000 - wrong, pts);
      long at = time.of(pts, NOW + pts);
      boolean onProbation = pts >= 10 * SECOND && pts < 10 * SECOND + CaptureTime.PROBATION;
      assertThat(time.clock())
          .as("at %d", pts)
          .isEqualTo(onProbation ? CaptureClock.ARRIVAL : CaptureClock.RTCP);
      if (onProbation) {
        assertThat(at).isEqualTo(NOW + pts);
      }
    }
    assertThat(time.errorMicros())
        .as("tells of the disagreement")
        .isBetween(4_000_000L, 4_100_000L);
  }

  @ParameterizedTest
  @ValueSource(
      longs = {-10 * SECOND, 3600 * SECOND, -100 * SECOND, -(1L << 33) * 1_000_000 / 90_000})
  void staysOnTheArrivalsWhenTheStreamsTimeJumps(long jump) {
    CaptureTime time = CaptureTime.live();
    long before = 0;
    for (int i = 0; i < 500; i++) {
      long now = 100 * SECOND + i * FRAME;
      long pts = i < 250 ? now : now + jump;
      // FFmpeg reckons from the last report: it follows the jump until the next report.
      long report = i < 400 ? NOW + pts : NOW + now;
      time.senderClock(report - 50_000, pts);
      long at = time.of(pts, NOW + now);
      assertThat(at).as("frame %d", i).isGreaterThanOrEqualTo(before);
      assertThat(NOW + now - at).as("delay of frame %d", i).isBetween(0L, 60_000L);
      assertThat(time.clock())
          .as("clock of frame %d", i)
          .isEqualTo(i >= 250 && i < 400 ? CaptureClock.ARRIVAL : CaptureClock.RTCP);
      assertThat(time.epoch()).isEqualTo(i < 250 ? 0 : 1);
      before = at;
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {200, -200, 0})
  void takesJitterOffTheArrivalsOfADriftingCamera(double partsPerMillion) {
    CaptureTime time = CaptureTime.live();
    RandomGenerator random = new SplittableRandom(3);
    long before = 0;
    long worst = 0;
    for (long i = 0; i < 25 * 3600; i++) {
      long now = i * FRAME;
      long pts = now + (long) (now * partsPerMillion / 1e6);
      // As a network: most frames are on time, one in ten waits for up to 200 ms.
      long delay = random.nextInt(10) == 0 ? random.nextInt(200_000) : random.nextInt(5_000);
      long at = time.of(pts, NOW + now + delay);
      assertThat(at).isGreaterThanOrEqualTo(before);
      before = at;
      worst = Math.max(worst, Math.abs(at - NOW - now));
    }
    assertThat(worst).as("furthest from the truth in an hour").isLessThan(15_000);
    assertThat(time.epoch()).isZero();
    assertThat(time.errorMicros()).as("the jitter").isBetween(150_000L, 220_000L);
    assertThat(time.quality().skewPpm()).isCloseTo(partsPerMillion, within(20.0));
  }

  @Test
  void follows200PartsPerMillionOfTheCamerasClock() {
    CaptureTime time = CaptureTime.live();
    for (int second = 0; second < 36_000; second++) {
      long now = second * SECOND;
      long fast = now + now * 200 / 1_000_000;
      time.senderClock(NOW + fast, fast);
      long at = time.of(fast, NOW + now + 50_000);
      boolean believed = fast - now <= CaptureTime.MOST_AHEAD + 50_000;
      assertThat(time.clock() == CaptureClock.RTCP).isEqualTo(believed);
      assertThat(Math.abs(at - NOW - now)).isLessThanOrEqualTo(CaptureTime.MOST_AHEAD + 60_000);
    }
  }

  @Test
  void knowsNoSkewBeforeSomeMinutesHaveShownItNorAfterAJump() {
    CaptureTime time = CaptureTime.live();
    for (long second = 0; second < 120; second++) {
      time.of(second * SECOND, NOW + second * SECOND);
      assertThat(time.quality().skewPpm()).isNaN();
    }
    for (long second = 120; second < 300; second++) {
      time.of(second * SECOND, NOW + second * SECOND);
    }
    assertThat(time.quality().skewPpm()).isCloseTo(0, within(1.0));
    time.of(0, NOW + 300 * SECOND);
    assertThat(time.quality().skewPpm()).isNaN();
  }

  @Test
  void neverRunsBackwards() {
    CaptureTime time = CaptureTime.live();
    assertThat(time.of(0, NOW)).isEqualTo(NOW);
    time.senderClock(NOW - 200_000, 0);
    assertThat(time.of(40_000, NOW + 40_000)).isEqualTo(NOW);
    assertThat(time.of(400_000, NOW + 400_000)).isEqualTo(NOW + 200_000);
  }

  @Test
  void followsTheContainerInARecording() {
    CaptureTime time = CaptureTime.recorded(NOW);
    assertThat(time.of(2_500_000, NOW + 99)).isEqualTo(NOW + 2_500_000);
    assertThat(time.clock()).isEqualTo(CaptureClock.CONTAINER);
  }
}
