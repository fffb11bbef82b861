package dev.watchword.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.service.Backoff;
import dev.watchword.service.HealthLog;
import dev.watchword.service.LoopThread;
import dev.watchword.service.kafka.ConnectingLoop;
import dev.watchword.service.kafka.RecordDecoder;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;

class EvidenceLoopTest {
  private static final String TOPIC = "evidence-requests";

  private final HealthLog health = new HealthLog("evidence");
  private final RecordDecoder decoder = RecordDecoder.with(new ByteArrayDeserializer());
  private boolean known;

  /** A broker that has just made the topic may not know it for a moment. */
  @Test
  void asksAgainForATopicThatIsNotKnownYet() throws Exception {
    ConnectingLoop loop = new ConnectingLoop(new Connector(), health);

    loop.step();
    assertThat(health.current().ok()).isFalse();
    assertThat(health.current().detail()).contains(TOPIC);
    known = true;
    loop.step();
    loop.step();

    assertThat(health.current().ok()).isTrue();
    loop.close();
  }

  private final class Connector implements ConnectingLoop.Connector {
    @Override
    public LoopThread.Loop connect(Backoff backoff) {
      // A stopped back-off does not wait, so the test does not either.
      backoff.stop();
      return new EvidenceLoop(
          consumer(),
          decoder,
          TOPIC,
          Map.of(),
          null,
          answer -> {},
          (record, reason) -> {},
          Clock.systemUTC(),
          health);
    }

    @Override
    public void close() {}
  }

  private MockConsumer<String, byte[]> consumer() {
    MockConsumer<String, byte[]> consumer = new MockConsumer<>("latest");
    PartitionInfo partition = new PartitionInfo(TOPIC, 0, null, null, null);
    consumer.updatePartitions(TOPIC, known ? List.of(partition) : List.of());
    consumer.updateEndOffsets(Map.of(new TopicPartition(TOPIC, 0), 0L));
    return consumer;
  }
}
