package dev.watchword.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.FrameId;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class SeenFramesTest {
  private static final TopicPartition PARTITION = new TopicPartition("frames", 0);

  private final SeenFrames seen = new SeenFrames();

  private boolean isNew(String session, long sequence) {
    return seen.isNew(PARTITION, new FrameId("gate", session, sequence), true);
  }

  @Test
  void countsTheFramesMissingInASession() {
    assertThat(isNew("a", 10)).isTrue();
    assertThat(isNew("a", 11)).isTrue();
    assertThat(isNew("a", 15)).isTrue();

    assertThat(seen.commit()).isEqualTo(Map.of("gate", 3L));
    assertThat(isNew("a", 16)).isTrue();
    assertThat(seen.commit()).isEmpty();
  }

  @Test
  void doesNotCountWhatCameBeforeTheFirstFrameItSaw() {
    isNew("a", 100);
    isNew("b", 7);

    assertThat(seen.commit()).isEmpty();
  }

  @Test
  void takesBackWhatWasNotCommitted() {
    isNew("a", 1);
    seen.commit();
    isNew("a", 5);
    seen.rollback();

    assertThat(isNew("a", 5)).isTrue();
    assertThat(isNew("a", 5)).isFalse();
    assertThat(seen.commit()).isEqualTo(Map.of("gate", 3L));
  }

  @Test
  void takesFramesOutOfOrderOnce() {
    assertThat(isNew("a", 100)).isTrue();
    assertThat(isNew("a", 120)).isTrue();
    for (long sequence = 101; sequence < 120; sequence++) {
      assertThat(isNew("a", sequence)).isTrue();
      seen.commit();
      assertThat(isNew("a", sequence)).isFalse();
    }
    assertThat(isNew("a", 99)).isTrue();
    assertThat(isNew("a", 98)).isTrue();
    assertThat(isNew("a", 99)).isFalse();
    assertThat(isNew("a", 120)).isFalse();
    assertThat(isNew("a", 121)).isTrue();
  }

  @Test
  void countsNoGapsOfLateFrames() {
    seen.isNew(PARTITION, new FrameId("gate", "a", 3L), false);
    seen.isNew(PARTITION, new FrameId("gate", "a", 9L), false);

    assertThat(seen.commit()).isEmpty();
  }
}
