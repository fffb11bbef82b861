package dev.watchword.ingest.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.Camera;
import dev.watchword.schemas.wire.GeneratedRecords;
import dev.watchword.service.Backoff;
import dev.watchword.service.HealthLog;
import dev.watchword.service.kafka.RecordDecoder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class PlacementLoopTest {
  static {
    GeneratedRecords.trust();
  }

  private static final String TOPIC = "watchword.cameras";

  private final Group group = new Group();
  private final List<String> told = new ArrayList<>();
  private final PlacementLoop loop =
      new PlacementLoop(
          group,
          RecordDecoder.with(PlacementLoopTest::read),
          TOPIC,
          new Told(),
          new Backoff(Duration.ZERO, Duration.ZERO),
          new HealthLog("placement"));

  @Test
  void runsWhatAPartitionHoldsWhenItWasReadToItsEnd() throws Exception {
    group.gives(Map.of(0, 3L));
    group.holds(0, "gate", camera("gate", "rtsp://a/1", false));
    group.holds(0, "yard", camera("yard", "rtsp://a/2", false));
    loop.step();
    assertThat(told).isEmpty();

    group.holds(0, "gate", camera("gate", "rtsp://b/1", false));
    loop.step();
    assertThat(told).containsExactly("own 0 gate=rtsp://b/1 yard=rtsp://a/2");
  }

  @Test
  void tellsOfEachChangeAndOfNothingElse() throws Exception {
    group.gives(Map.of(0, 0L));
    group.holds(0, "gate", camera("gate", "rtsp://a/1", false));
    loop.step();
    group.holds(0, "gate", camera("gate", "rtsp://a/1", false));
    loop.step();
    loop.step();
    group.holds(0, "gate", camera("gate", "rtsp://a/1", true));
    loop.step();

    assertThat(told).containsExactly("own 0 gate=rtsp://a/1", "own 0");
  }

  @Test
  void aRecordThatCannotBeReadChangesNothing() throws Exception {
    group.gives(Map.of(0, 0L));
    group.holds(0, "gate", camera("gate", "rtsp://a/1", false));
    loop.step();
    group.holds(0, "gate", new byte[] {1, 2, 3});
    loop.step();

    assertThat(told).containsExactly("own 0 gate=rtsp://a/1");
  }

  @Test
  void leavesWhatTheGroupTakesAway() throws Exception {
    group.gives(Map.of(0, 0L, 1, 0L));
    loop.step();
    told.clear();
    group.listener.onPartitionsRevoked(List.of(partition(1)));

    assertThat(told).containsExactly("leave [1]");
  }

  /** The broker was out of reach for long: others may have the cameras, or nobody. */
  @Test
  void keepsLostCamerasUntilItKnowsWhatIsItsOwn() throws Exception {
    group.gives(Map.of(0, 0L, 1, 0L));
    loop.step();
    told.clear();
    group.listener.onPartitionsLost(List.of(partition(0), partition(1)));
    loop.step();
    assertThat(told).isEmpty();

    group.listener.onPartitionsAssigned(List.of(partition(1)));
    assertThat(told).containsExactly("leave [0] taken");
    loop.step();
    assertThat(told).containsExactly("leave [0] taken", "own 1");
  }

  private static TopicPartition partition(int number) {
    return new TopicPartition(TOPIC, number);
  }

  private static byte[] camera(String id, String url, boolean removed) throws Exception {
    ByteBuffer bytes = new Camera(id, url, Map.of(), null, removed, Instant.EPOCH).toByteBuffer();
    byte[] value = new byte[bytes.remaining()];
    bytes.get(value);
    return value;
  }

  /** Avro's own single-object encoding stands for the wire format, without a registry. */
  private static Camera read(String topic, byte[] data) {
    try {
      return Camera.fromByteBuffer(ByteBuffer.wrap(data));
    } catch (Exception e) {
      throw new SerializationException("not a camera: " + e.getMessage(), e);
    }
  }

  private final class Told implements CameraOwner {
    @Override
    public void own(int partition, Map<String, Camera> cameras) {
      StringBuilder line = new StringBuilder("own " + partition);
      for (String id : new TreeSet<>(cameras.keySet())) {
        line.append(' ').append(id).append('=').append(cameras.get(id).getUrl());
      }
      told.add(line.toString());
    }

    @Override
    public void leave(Collection<Integer> partitions, boolean taken) {
      told.add("leave " + new TreeSet<>(partitions) + (taken ? " taken" : ""));
    }
  }

  /** A group of one whose coordinator is the test. */
  private static final class Group extends MockConsumer<String, byte[]> {
    private final Map<Integer, Long> next = new HashMap<>();
    private ConsumerRebalanceListener listener;

    Group() {
      super("earliest");
    }

    @Override
    public synchronized void subscribe(Collection<String> topics, ConsumerRebalanceListener told) {
      listener = told;
      super.subscribe(topics, told);
    }

    /** Assigns partitions, each with the end that it has at this moment. */
    void gives(Map<Integer, Long> ends) {
      ends.forEach(
          (number, end) -> {
            updateBeginningOffsets(Map.of(partition(number), 0L));
            updateEndOffsets(Map.of(partition(number), end));
          });
      rebalance(ends.keySet().stream().map(PlacementLoopTest::partition).toList());
    }

    void holds(int partition, String key, byte[] value) {
      long offset = next.merge(partition, 1L, Long::sum) - 1;
      addRecord(new ConsumerRecord<>(TOPIC, partition, offset, key, value));
    }
  }
}
