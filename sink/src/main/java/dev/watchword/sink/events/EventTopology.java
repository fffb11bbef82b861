package dev.watchword.sink.events;

import dev.watchword.sink.alerts.AlertTopology;
import dev.watchword.sink.alerts.Latest;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Detections to object events, and those with the frames to alerts.
 *
 * <p>No windows of Kafka Streams: its time is that of a partition, and one camera whose clock is
 * ahead would make its neighbours late. Each scene keeps its own time.
 *
 * <p>The scenes are in memory, and every change of them is in a changelog topic, from which a
 * process that comes back reads them again: a few kilobytes a camera.
 */
final class EventTopology {
  static final String SCENES = "scenes";
  static final String CAMERAS = "cameras";
  static final String EVENTS = "events";
  static final String DEAD_LETTERS = "dead-letters";

  private static final String SOURCE = "detections";
  private static final String PROCESSOR = "tracking";

  private EventTopology() {}

  static Topology of(TopologyParts parts) {
    AlertTopology alerts = new AlertTopology(parts.alerts());
    Topology topology = alerts.begin();
    topology.addGlobalStore(
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(CAMERAS), Serdes.String(), Serdes.ByteArray())
            .withLoggingDisabled(),
        "camera-entries",
        new StringDeserializer(),
        new ByteArrayDeserializer(),
        parts.camerasTopic(),
        "cameras-as-they-are",
        () -> new Latest(CAMERAS, () -> {}));
    topology.addSource(
        SOURCE, new StringDeserializer(), new ByteArrayDeserializer(), parts.detectionsTopic());
    topology.addProcessor(PROCESSOR, () -> new SceneProcessor(parts), SOURCE);
    topology.addStateStore(scenes(), PROCESSOR);
    topology.addSink(
        EVENTS, parts.eventsTopic(), new StringSerializer(), records(parts), PROCESSOR);
    topology.addSink(
        DEAD_LETTERS, parts.deadLetterTopic(), new StringSerializer(), records(parts), PROCESSOR);
    alerts.add(topology, PROCESSOR);
    return topology;
  }

  private static StoreBuilder<KeyValueStore<String, byte[]>> scenes() {
    return Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore(SCENES), Serdes.String(), Serdes.ByteArray())
        // Of many changes in one transaction the changelog gets the last.
        .withCachingEnabled();
  }

  private static Serializer<SpecificRecord> records(TopologyParts parts) {
    return (topic, record) -> parts.encoder().encode(topic, record);
  }
}
