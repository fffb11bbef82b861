package dev.watchword.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.inference.SeenFrames.Sighting;
import dev.watchword.schemas.FrameId;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class SeenFramesTest {
  private static final TopicPartition PARTITION = new TopicPartition("frames", 0);

  private final SeenFrames seen = new SeenFrames();
  private long offset;

  /** The frame at the partition's next offset. */
  private Sighting see(String session, long sequence) {
    return seen.see(PARTITION, offset++, new FrameId("gate", session, sequence));
  }

  private boolean isNew(String session, long sequence) {
    return see(session, sequence).isNew();
  }

  private long expired(String session, long sequence) {
    return see(session, sequence).expired();
  }

  @Test
  void framesThatLeftTheTopicHaveExpired() {
    assertThat(expired("a", 10)).isZero();
    assertThat(expired("a", 11)).isZero();
    offset += 3;
    assertThat(expired("a", 15)).isEqualTo(3);

    seen.commit();
    assertThat(expired("a", 16)).isZero();
  }

  @Test
  void framesThatNeverCameToTheTopicHaveNot() {
    see("a", 10);
    assertThat(expired("a", 15)).isZero();
    seen.passed(PARTITION, offset++);
    assertThat(expired("a", 16)).isZero();
  }

  @Test
  void tellsWhoseFramesHaveExpired() {
    see("a", 10);
    see("b", 10);
    offset += 5;
    assertThat(expired("a", 13)).isEqualTo(2);
    assertThat(expired("b", 14)).isEqualTo(3);
    assertThat(expired("a", 20)).as("dropped before the topic").isZero();
  }

  @Test
  void aGapThatNobodyClaimedIsNotBlamedOnALaterOne() {
    see("ends", 10);
    see("a", 10);
    offset += 5;
    assertThat(expired("a", 12)).isEqualTo(1);
    assertThat(expired("a", 20)).isZero();
  }

  @Test
  void countsWhatExpiredBetweenTwoWorkers() {
    seen.begin(PARTITION, 100);
    offset = 104;
    assertThat(expired("a", 50)).isEqualTo(4);
    assertThat(expired("b", 7)).isZero();
  }

  @Test
  void doesNotCountWhatCameBeforeTheFirstFrameItSaw() {
    offset = 1000;
    for (String session : List.of("a", "b")) {
      assertThat(expired(session, 100)).isZero();
    }
  }

  @Test
  void takesBackWhatWasNotCommitted() {
    see("a", 1);
    seen.commit();
    offset += 3;
    long gap = offset;
    assertThat(expired("a", 5)).isEqualTo(3);
    seen.rollback();

    offset = gap;
    assertThat(see("a", 5)).isEqualTo(new Sighting(true, 3));
    assertThat(see("a", 5)).isEqualTo(new Sighting(false, 0));
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
}
