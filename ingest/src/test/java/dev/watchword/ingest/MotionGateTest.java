package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.watchword.ingest.MotionGate.Verdict;
import dev.watchword.schemas.SampleReason;
import dev.watchword.service.zones.Polygon;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Sampled twice a second; a picture of 320x180 is 57 600 pixels, of which 0.3 % are 173. */
class MotionGateTest {
  private static final int WIDTH = 320;
  private static final int HEIGHT = 180;

  private MotionGate gate = gate(List.of());
  private long pts;

  private static MotionGate gate(List<Polygon> mask) {
    return gate(Optional.empty(), mask);
  }

  private static MotionGate gate(Optional<Duration> idleAfter, List<Polygon> mask) {
    Duration hold = Duration.ofSeconds(2);
    return new MotionGate(
        new GateConfig(20, 0.003, hold, Duration.ofSeconds(10), 0.8, idleAfter, mask));
  }

  @Test
  void isIdleWhenNothingHasMovedForLongEnough() {
    gate = gate(Optional.of(Duration.ofSeconds(4)), List.of());
    for (int i = 0; i < 8; i++) {
      judge(scene(100));
      assertThat(gate.isIdle()).as("at %d", i).isFalse();
    }
    judge(scene(100));
    assertThat(gate.isIdle()).isTrue();
    judge(with(scene(100), 100, 100, 20, 30, 160));
    assertThat(gate.isIdle()).as("something moves").isFalse();
    for (int i = 0; i < 9; i++) {
      judge(with(scene(100), 100, 100, 20, 30, 160));
    }
    assertThat(gate.isIdle()).isTrue();
    judge(scene(200));
    assertThat(gate.isIdle()).as("the light is switched").isFalse();
  }

  @Test
  void isNeverIdleUnlessAsked() {
    for (int i = 0; i < 1000; i++) {
      judge(scene(100));
      assertThat(gate.isIdle()).isFalse();
    }
  }

  @Test
  void letsAStillSceneThroughOnceAHeartbeat() {
    int passed = 0;
    for (int i = 0; i < 61; i++) {
      Verdict verdict = judge(scene(100));
      passed += verdict.passes() ? 1 : 0;
      assertThat(verdict.reason()).isIn(SampleReason.HEARTBEAT, null);
    }
    // At 0, 10, 20 and 30 s.
    assertThat(passed).isEqualTo(4);
  }

  @Test
  void noiseIsNoMotion() {
    SplittableRandom random = new SplittableRandom(4);
    judge(scene(100));
    for (int i = 0; i < 15; i++) {
      byte[] levels = scene(100).levels();
      for (int p = 0; p < levels.length; p++) {
        levels[p] += (byte) random.nextInt(-8, 9);
      }
      assertThat(judge(new Luma(WIDTH, HEIGHT, levels)).passes()).isFalse();
    }
  }

  @Test
  void letsMotionThroughAndHoldsForAWhile() {
    judge(scene(100));
    assertThat(judge(scene(100)).passes()).isFalse();

    Verdict moved = judge(with(scene(100), 100, 100, 20, 30, 160));
    assertThat(moved.reason()).isEqualTo(SampleReason.MOTION);
    assertThat(moved.score()).isCloseTo(600f / WIDTH / HEIGHT, within(1e-6f));
    // It stays where it is: 2 s pass, then nothing.
    for (int i = 0; i < 4; i++) {
      assertThat(judge(with(scene(100), 100, 100, 20, 30, 160)).passes()).isTrue();
    }
    assertThat(judge(with(scene(100), 100, 100, 20, 30, 160)).passes()).isFalse();
  }

  @Test
  void aSpeckIsNoMotion() {
    judge(scene(100));
    assertThat(judge(with(scene(100), 10, 10, 10, 10, 200)).passes()).isFalse();
  }

  @Test
  void doesNotWatchWhatIsMasked() {
    gate = gate(List.of(Polygon.of("0,0 0.5,0 0.5,1 0,1")));
    judge(scene(100));

    assertThat(judge(with(scene(100), 20, 20, 100, 100, 200)).passes()).isFalse();
    Verdict right = judge(with(scene(100), 200, 20, 40, 72, 200));
    assertThat(right.reason()).isEqualTo(SampleReason.MOTION);
    assertThat(right.score()).isCloseTo(0.1f, within(1e-6f));
  }

  @Test
  void aPictureMaskedAllOverLivesOnHeartbeats() {
    gate = gate(List.of(Polygon.of("0,0 1,0 1,1 0,1")));
    judge(scene(100));
    assertThat(judge(with(scene(100), 0, 0, 200, 100, 200)).passes()).isFalse();
  }

  @Test
  void aChangeOfTheLightPassesOnceAndIsTheNewBaseline() {
    judge(scene(100));
    judge(scene(100));

    Verdict night = judge(scene(30));
    assertThat(night.sceneChange()).isTrue();
    assertThat(night.passes()).isTrue();
    for (int i = 0; i < 10; i++) {
      Verdict after = judge(scene(30));
      assertThat(after.passes()).isFalse();
      assertThat(after.score()).isZero();
    }
    assertThat(judge(with(scene(30), 100, 100, 20, 30, 90)).reason())
        .isEqualTo(SampleReason.MOTION);
  }

  @Test
  void lightningPassesTwoFramesAndHoldsNone() {
    judge(scene(60));
    assertThat(judge(scene(220)).sceneChange()).isTrue();
    assertThat(judge(scene(60)).sceneChange()).isTrue();
    assertThat(judge(scene(60)).passes()).isFalse();
  }

  @Test
  void comparesWithAFrameOfHalfASecondAgoHoweverOftenItIsAsked() {
    judge(scene(100));
    // Five levels each 0.1 s: too slow to see from one frame to the next.
    boolean seen = false;
    for (int i = 1; i <= 10; i++) {
      pts -= 400_000;
      seen |= judge(with(scene(100), 100, 100, 40, 40, 100 + 6 * i)).passes();
    }
    assertThat(seen).isTrue();
  }

  @Test
  void startsAnewWhenTheSizeChangesOrTimeGoesBack() {
    judge(scene(100));
    assertThat(judge(new Luma(160, 90, new byte[160 * 90])).reason())
        .isEqualTo(SampleReason.HEARTBEAT);
    pts = 0;
    assertThat(judge(new Luma(160, 90, new byte[160 * 90])).reason())
        .isEqualTo(SampleReason.HEARTBEAT);
  }

  private Verdict judge(Luma luma) {
    Verdict verdict = gate.judge(luma, pts);
    pts += 500_000;
    return verdict;
  }

  private static Luma scene(int level) {
    byte[] levels = new byte[WIDTH * HEIGHT];
    java.util.Arrays.fill(levels, (byte) level);
    return new Luma(WIDTH, HEIGHT, levels);
  }

  private static Luma with(Luma luma, int x, int y, int w, int h, int level) {
    for (int row = y; row < y + h; row++) {
      java.util.Arrays.fill(luma.levels(), row * WIDTH + x, row * WIDTH + x + w, (byte) level);
    }
    return luma;
  }
}
