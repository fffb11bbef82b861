package dev.watchword.sink.alerts;

import dev.watchword.service.kafka.RecordDecoder;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The alerts' part of the topology: looks and camera states are judged where the looks are made;
 * coverage, whose key is more than the camera, goes through a topic of its own first.
 */
public final class AlertTopology {
  static final String RULES = "alert-rules";
  static final String CAMERAS = "alerts-of-cameras";
  static final String COVERAGE = "alerts-of-coverage";
  static final String ALERTS = "alerts";
  static final String EVIDENCE = "evidence-requests";

  private static final String PROCESSOR = "judging";
  private static final String STATUS = "camera-states";

  /** The child that looks are to be forwarded to. */
  public static final String LOOKS = PROCESSOR;

  private final AlertParts parts;
  private final AtomicLong changes = new AtomicLong();

  public AlertTopology(AlertParts parts) {
    this.parts = parts;
  }

  /** A topology that has the rules, and judges coverage. */
  public Topology begin() {
    StreamsBuilder builder = builder();
    builder.addStateStore(kept(COVERAGE));
    builder.stream(parts.coverageTopic(), Consumed.with(Serdes.String(), Serdes.ByteArray()))
        .process(this::byCamera, Named.as("coverage-of-cameras"))
        .repartition(
            Repartitioned.with(Serdes.String(), Serdes.ByteArray()).withName("coverage-by-camera"))
        .process(
            () -> new CoverageProcessor(parts, changes::get),
            Named.as("judging-coverage"),
            COVERAGE)
        .to(parts.alertsTopic(), Produced.with(Serdes.String(), records()));
    Topology topology = builder.build();
    topology.addGlobalStore(
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(RULES), Serdes.String(), Serdes.ByteArray())
            .withLoggingDisabled(),
        "rule-entries",
        new StringDeserializer(),
        new ByteArrayDeserializer(),
        parts.rulesTopic(),
        "rules-as-they-are",
        () -> new Latest(RULES, changes::incrementAndGet));
    return topology;
  }

  /** As the builder makes its settings for itself, but without a warning about a default. */
  private static StreamsBuilder builder() {
    return new StreamsBuilder(
        new TopologyConfig(
            new StreamsConfig(
                Map.of(
                    StreamsConfig.APPLICATION_ID_CONFIG,
                    "unused",
                    StreamsConfig.BOOTSTRAP_SERVERS_CONFIG,
                    "unused:1",
                    StreamsConfig.PROCESSING_EXCEPTION_HANDLER_GLOBAL_ENABLED_CONFIG,
                    true))));
  }

  /**
   * Adds the judging of looks.
   *
   * @param looks the processor that forwards them to {@link #LOOKS}
   */
  public void add(Topology topology, String looks) {
    topology.addSource(
        STATUS, new StringDeserializer(), new ByteArrayDeserializer(), parts.statusTopic());
    topology.addProcessor(PROCESSOR, () -> new AlertProcessor(parts, changes::get), looks, STATUS);
    topology.addStateStore(kept(CAMERAS), PROCESSOR);
    topology.addSink(ALERTS, parts.alertsTopic(), new StringSerializer(), serializer(), PROCESSOR);
    topology.addSink(
        EVIDENCE, parts.evidenceTopic(), new StringSerializer(), serializer(), PROCESSOR);
  }

  private static StoreBuilder<KeyValueStore<String, byte[]>> kept(String name) {
    return Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
        // Of many changes in one transaction the changelog gets the last.
        .withCachingEnabled();
  }

  private Serializer<SpecificRecord> serializer() {
    return (topic, record) -> parts.encoder().encode(topic, record);
  }

  private Serde<SpecificRecord> records() {
    Deserializer<SpecificRecord> unused =
        (topic, bytes) -> {
          throw new IllegalStateException("alerts are only written here");
        };
    return Serdes.serdeFrom(serializer(), unused);
  }

  private ContextualProcessor<String, byte[], String, byte[]> byCamera() {
    return new ByCamera();
  }

  /** Leaves out what no rule asks for: a worker writes a record with each of its batches. */
  private final class ByCamera extends ContextualProcessor<String, byte[], String, byte[]> {
    private RecordDecoder decoder;
    private RuleBook rules;

    @Override
    public void init(ProcessorContext<String, byte[]> context) {
      super.init(context);
      decoder = parts.decoder().get();
      rules = new RuleBook(parts, context.getStateStore(RULES), decoder, changes::get);
    }

    @Override
    public void process(Record<String, byte[]> record) {
      int slash = record.key() == null ? -1 : record.key().indexOf('/');
      if (slash > 0 && record.value() != null && isJudged(record.key().substring(0, slash))) {
        context().forward(record.withKey(record.key().substring(0, slash)));
      }
    }

    private boolean isJudged(String camera) {
      return rules.standing().stream()
          .anyMatch(
              rule ->
                  rule.rule().condition() instanceof Condition.CoverageBelow
                      && rule.rule().isFor(camera));
    }

    @Override
    public void close() {
      decoder.close();
    }
  }
}
