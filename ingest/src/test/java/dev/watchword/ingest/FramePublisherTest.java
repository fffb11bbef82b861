package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.CaptureClock;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.SampleReason;
import dev.watchword.schemas.SampledFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FramePublisherTest {
  private static final long SECOND = 1_000_000_000L;

  private final Topics topics = new Topics(false);
  private final CameraMetrics metrics = topics.metrics.camera("gate");

  @Test
  void countsAFrameAsPublishedOnceTheBrokerHasIt() {
    publish();
    assertThat(topics.count("frames_in_flight", "gate")).isEqualTo(1);
    assertThat(topics.count("frames_published_total", "gate")).isZero();

    topics.producer.completeNext();
    assertThat(topics.count("frames_in_flight", "gate")).isZero();
    assertThat(topics.count("frames_published_total", "gate")).isEqualTo(1);
    assertThat(topics.count("bytes_published_total", "gate")).isEqualTo(5);
    assertThat(topics.producer.history().get(0).key()).isEqualTo("gate");
  }

  @Test
  void triesOnceASecondWhileTheBrokerIsAway() {
    topics.producer.sendException = new TimeoutException("no metadata");
    publish();
    assertThat(topics.publisher.health().ok()).isFalse();
    assertThat(topics.publisher.health().detail())
        .isEqualTo("the Kafka broker does not take frames: no metadata");

    // The broker is back, but for a second nobody looks.
    topics.producer.sendException = null;
    publish();
    assertThat(topics.producer.history()).isEmpty();
    assertThat(topics.dropped("gate", DropReason.BROKER_AWAY)).isEqualTo(2);

    topics.nanos.addAndGet(SECOND);
    publish();
    publish();
    assertThat(topics.producer.history()).hasSize(1);
    assertThat(topics.dropped("gate", DropReason.BROKER_AWAY)).isEqualTo(3);

    topics.producer.completeNext();
    assertThat(topics.publisher.health().ok()).isTrue();
    publish();
    assertThat(topics.producer.history()).hasSize(2);
  }

  @Test
  void noticesABrokerThatLeavesFramesUnanswered() {
    publish();
    topics.producer.errorNext(new TimeoutException("10 s have passed"));

    assertThat(topics.dropped("gate", DropReason.BROKER_AWAY)).isEqualTo(1);
    assertThat(topics.count("frames_in_flight", "gate")).isZero();
    assertThat(topics.publisher.health().ok()).isFalse();
  }

  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new BufferExhaustedException("full"), DropReason.QUEUE_FULL, true),
        Arguments.of(new RecordTooLargeException("20 MiB"), DropReason.TOO_LARGE, true),
        Arguments.of(new TopicAuthorizationException("frames"), DropReason.REFUSED, false),
        Arguments.of(
            new SerializationException("no registry", new IOException("refused")),
            DropReason.REGISTRY_AWAY,
            false),
        Arguments.of(new SerializationException("incompatible schema"), DropReason.REFUSED, false));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void countsEachLossUnderItsReason(
      RuntimeException failure, DropReason reason, boolean staysHealthy) {
    topics.producer.sendException = failure;
    publish();

    assertThat(topics.dropped("gate", reason)).isEqualTo(1);
    assertThat(topics.dropped("gate")).isEqualTo(1);
    assertThat(topics.count("frames_in_flight", "gate")).isZero();
    assertThat(topics.publisher.health().ok()).isEqualTo(staysHealthy);
  }

  private void publish() {
    metrics.captured();
    topics.publisher.publish(
        new SampledFrame(
            new FrameId("gate", "s", 0L),
            Instant.now(),
            CaptureClock.ARRIVAL,
            Instant.now(),
            0L,
            64,
            48,
            "h264",
            true,
            false,
            null,
            SampleReason.RATE,
            64,
            48,
            ByteBuffer.wrap(new byte[5]),
            null,
            0,
            null),
        metrics);
    assertThat(topics.unaccounted("gate")).isZero();
  }
}
