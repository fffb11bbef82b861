package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.ingest.outbox.Frames;
import dev.watchword.schemas.SampledFrame;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolLoopTest {
  private static final long SECOND = 1_000_000_000L;
  private static final TimeoutException AWAY = new TimeoutException("no broker");

  @TempDir private Path directory;

  @Test
  void losesNoFrameWhileTheBrokerIsAway() throws Exception {
    Topics topics = topics(64 << 20);
    publish(topics, 0, 3);
    topics.producer.sendException = AWAY;
    for (int second = 0; second < 60; second++) {
      topics.nanos.addAndGet(SECOND);
      publish(topics, 3 + 2 * second, 5 + 2 * second);
    }
    SpoolLoop loop = loop(topics);
    loop.step();
    assertThat(topics.count("outbox_frames", "gate")).isEqualTo(120);

    topics.producer.sendException = null;
    topics.nanos.addAndGet(SECOND);
    loop.step();
    publish(topics, 123, 124);
    for (int i = 0; i < 40; i++) {
      loop.step();
    }

    assertThat(numbers(topics.frames())).containsExactly(0L, 1L, 2L, 123L);
    assertThat(numbers(topics.frames(Topics.LATE)))
        .containsExactlyElementsOf(LongStream.range(3, 123).boxed().toList());
    assertThat(topics.dropped("gate")).isZero();
    assertThat(topics.count("frames_late_total", "gate")).isEqualTo(120);
    assertThat(topics.unaccounted("gate")).isZero();
  }

  /** What is on its way would be lost with the process. */
  @Test
  void noLiveFrameIsUsedToTryWhetherTheBrokerIsBack() throws Exception {
    Topics topics = new Topics(false, directory, 64 << 20);
    publish(topics, 0, 1);
    topics.producer.errorNext(AWAY);
    for (int second = 1; second < 20; second++) {
      topics.nanos.addAndGet(SECOND);
      publish(topics, second, second + 1);
    }
    assertThat(topics.count("frames_in_flight", "gate")).isZero();
    assertThat(topics.count("outbox_frames", "gate")).isEqualTo(20);
  }

  @Test
  void aLiveFrameWaitsBehindAFewLateOnesAtMost() throws Exception {
    Topics topics = topics(64 << 20);
    topics.producer.sendException = AWAY;
    publish(topics, 0, 20);
    topics.producer.sendException = null;
    topics.nanos.addAndGet(SECOND);

    SpoolLoop loop = loop(topics);
    loop.step();
    assertThat(topics.frames(Topics.LATE)).hasSize(4);
    publish(topics, 20, 21);
    loop.step();
    assertThat(topics.producer.history().get(4).topic()).isEqualTo(Topics.FRAMES);
  }

  @Test
  void countsWhatItHadToGiveUp() throws Exception {
    Topics topics = topics(1 << 20);
    topics.producer.sendException = AWAY;
    for (int i = 0; i < 50; i++) {
      topics.metrics.camera("gate").captured();
      topics.publisher.publish(Frames.frame("gate", i, 60_000), topics.metrics.camera("gate"));
    }

    double waiting = topics.count("outbox_frames", "gate");
    assertThat(waiting).isBetween(10.0, 17.0);
    assertThat(topics.dropped("gate", DropReason.OUTBOX_FULL)).isEqualTo(50 - waiting);
    assertThat(topics.unaccounted("gate")).isZero();
  }

  @Test
  void keepsNoFrameThatKafkaWillNeverTake() throws Exception {
    Topics topics = topics(64 << 20);
    topics.producer.sendException = new RecordTooLargeException("20 MiB");
    publish(topics, 0, 1);
    topics.producer.sendException = AWAY;
    publish(topics, 1, 2);
    topics.producer.sendException = new TopicAuthorizationException("frames-late");
    topics.nanos.addAndGet(SECOND);
    loop(topics).step();

    assertThat(topics.dropped("gate", DropReason.TOO_LARGE)).isEqualTo(1);
    assertThat(topics.dropped("gate", DropReason.REFUSED)).isEqualTo(1);
    assertThat(topics.count("outbox_frames", "gate")).isZero();
    assertThat(topics.unaccounted("gate")).isZero();
  }

  @Test
  void theNextProcessSendsWhatThisOneCouldNot() throws Exception {
    Topics dead = topics(64 << 20);
    dead.producer.sendException = AWAY;
    publish(dead, 0, 6);
    dead.publisher.close();
    dead.spool.close();

    Topics next = topics(64 << 20);
    assertThat(next.count("frames_recovered_total", "gate")).isEqualTo(6);
    SpoolLoop loop = loop(next);
    loop.step();
    loop.step();
    assertThat(numbers(next.frames(Topics.LATE))).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
    assertThat(next.unaccounted("gate")).isZero();
  }

  @Test
  void keepsAFrameThatTheBrokerLeftUnanswered() throws Exception {
    Topics topics = new Topics(false, directory, 64 << 20);
    publish(topics, 0, 2);
    topics.producer.errorNext(AWAY);
    assertThat(topics.count("outbox_frames", "gate")).isEqualTo(1);
    assertThat(topics.count("frames_in_flight", "gate")).isEqualTo(1);
    assertThat(topics.unaccounted("gate")).isZero();
  }

  private Topics topics(long bytes) {
    return new Topics(true, directory, bytes);
  }

  private static SpoolLoop loop(Topics topics) {
    return new SpoolLoop(topics.spool, topics.publisher, (time, stop) -> {});
  }

  private static void publish(Topics topics, long from, long to) {
    CameraMetrics metrics = topics.metrics.camera("gate");
    for (long i = from; i < to; i++) {
      metrics.captured();
      topics.publisher.publish(Frames.frame("gate", i, 100), metrics);
    }
  }

  private static List<Long> numbers(List<SampledFrame> frames) {
    return frames.stream().map(frame -> frame.getId().getSequence()).toList();
  }
}
