package dev.watchword.sink.events;

import dev.watchword.schemas.Topic;
import dev.watchword.service.LoopService;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.RecordEncoder;
import dev.watchword.sink.alerts.AlertMetrics;
import dev.watchword.sink.alerts.AlertParts;
import dev.watchword.sink.alerts.RuleTopic;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;

/**
 * Detections to object events, and by the rules that stand to alerts, exactly once. Several
 * processes share the partitions as a consumer group.
 */
public final class EventsService extends LoopService {
  private static final String NAME = "events";
  private static final long CACHE_BYTES = 32L << 20;

  private final EventsConfig config;
  private final EventsMetrics metrics;
  private final AlertMetrics alertMetrics;
  private RecordEncoder encoder;

  public EventsService(ServiceContext context, EventsConfig config) {
    super(NAME, context);
    this.config = Objects.requireNonNull(config, "config");
    this.metrics = new EventsMetrics(context.registry());
    this.alertMetrics = new AlertMetrics(context.registry());
  }

  @Override
  public synchronized void start() {
    health.quietlyDown("connecting");
    encoder = context.kafka().encoder();
    start(NAME, new EventLoop(this::streams, health));
  }

  /** The file's rules are there before the first frame is judged. */
  private KafkaStreams streams() throws InterruptedException {
    new RuleTopic(context.kafka()).seed(config.rules(), config.seeder(), context.clock().instant());
    Properties properties = new Properties();
    properties.putAll(
        context
            .kafka()
            .streams(
                NAME,
                Map.of(
                    StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                    StreamsConfig.EXACTLY_ONCE_V2,
                    StreamsConfig.PROCESSING_EXCEPTION_HANDLER_GLOBAL_ENABLED_CONFIG,
                    true,
                    StreamsConfig.NUM_STREAM_THREADS_CONFIG,
                    config.threads(),
                    StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG,
                    CACHE_BYTES,
                    StreamsConfig.consumerPrefix("session.timeout.ms"),
                    10_000,
                    StreamsConfig.consumerPrefix("max.partition.fetch.bytes"),
                    8 << 20)));
    return new KafkaStreams(topology(), properties);
  }

  private Topology topology() {
    KafkaSettings kafka = context.kafka();
    return EventTopology.of(
        new TopologyParts(
            config.tracking(),
            kafka.name(Topic.DETECTIONS),
            kafka.name(Topic.CAMERAS),
            kafka.name(Topic.EVENTS),
            kafka.name(Topic.DETECTIONS_DEAD_LETTER),
            kafka::decoder,
            encoder,
            metrics,
            alerts(kafka)));
  }

  private AlertParts alerts(KafkaSettings kafka) {
    return new AlertParts(
        kafka.name(Topic.ALERT_RULES),
        kafka.name(Topic.CAMERA_STATUS),
        kafka.name(Topic.COVERAGE),
        kafka.name(Topic.ALERTS),
        kafka.name(Topic.EVIDENCE_REQUESTS),
        config.storage()::address,
        config.tracking().silence(),
        kafka::decoder,
        encoder,
        alertMetrics);
  }

  @Override
  public synchronized void close() {
    super.close();
    if (encoder != null) {
      encoder.close();
      encoder = null;
    }
  }
}
