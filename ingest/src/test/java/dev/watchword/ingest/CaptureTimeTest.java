package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.CaptureClock;
import org.junit.jupiter.api.Test;

class CaptureTimeTest {
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
    time.senderClock(NOW - CaptureTime.PLAUSIBLE_MICROS - 1, 0);
    assertThat(time.of(0, NOW)).isEqualTo(NOW);
    assertThat(time.clock()).isEqualTo(CaptureClock.ARRIVAL);
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
