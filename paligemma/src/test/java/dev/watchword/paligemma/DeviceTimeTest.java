package dev.watchword.paligemma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DeviceTimeTest {
  private long now = 1000;
  private final DeviceTime time = new DeviceTime(() -> now);

  private void pass(long nanos) {
    now += nanos;
  }

  @Test
  void passAloneHasAllOfItsTime() {
    assertThat(time.share(() -> pass(10))).isEqualTo(10);
    now += 100;
    assertThat(time.share(() -> pass(20))).isEqualTo(20);
  }

  @Test
  void passesUnderWayTogetherShareTheTime() {
    long[] inner = new long[1];
    long outer =
        time.share(
            () -> {
              pass(10);
              inner[0] = time.share(() -> pass(8));
              pass(2);
            });

    assertThat(outer).isEqualTo(16);
    assertThat(inner[0]).isEqualTo(4);
  }

  @Test
  void passThatFailsIsOver() {
    assertThatThrownBy(
            () ->
                time.share(
                    () -> {
                      throw new IllegalStateException("out of luck");
                    }))
        .hasMessage("out of luck");

    assertThat(time.share(() -> pass(10))).isEqualTo(10);
  }
}
