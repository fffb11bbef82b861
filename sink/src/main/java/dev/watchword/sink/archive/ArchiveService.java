package dev.watchword.sink.archive;

import dev.watchword.service.Backoff;
import dev.watchword.service.LoopService;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.kafka.ConnectingLoop;
import dev.watchword.service.kafka.KafkaSettings;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * Keeps all detections and events, those of replays apart, as Parquet files in object storage, and
 * deletes what is older or more than may be kept, evidence included. Several processes share the
 * partitions as a consumer group.
 */
public final class ArchiveService extends LoopService {
  private static final String NAME = "archive";

  /** Where ingest puts the pictures and clips that it is asked for. */
  private static final String EVIDENCE = "evidence";

  private final ArchiveConfig config;
  private final ArchiveMetrics metrics;

  public ArchiveService(ServiceContext context, ArchiveConfig config) {
    super(NAME, context);
    this.config = Objects.requireNonNull(config, "config");
    this.metrics = new ArchiveMetrics(context.registry());
  }

  @Override
  public void start() {
    health.quietlyDown("connecting");
    start(NAME, new ConnectingLoop(new Worker(), health));
    delete(config.retention(), NAME, tables().map(ArchivedTable::directory).toList());
    delete(config.evidence(), EVIDENCE, List.of(EVIDENCE));
  }

  private void delete(Retention old, String kind, List<String> directories) {
    if (!old.isForEver()) {
      start(
          kind + "-retention",
          new RetentionLoop(
              old, config.storage().open(), kind, directories, context.clock(), metrics));
    }
  }

  /** The admin client outlives a loop that could not be made. */
  private final class Worker implements ConnectingLoop.Connector {
    private BrokerEndOffsets endOffsets;

    @Override
    public ArchiveLoop connect(Backoff backoff) {
      KafkaSettings kafka = context.kafka();
      if (endOffsets == null) {
        endOffsets = new BrokerEndOffsets(Admin.create(kafka.admin(NAME)));
      }
      ArchiveClients clients =
          new ArchiveClients(
              new KafkaConsumer<>(kafka.consumer(NAME, kafka.group(NAME), consumerSettings())),
              kafka.decoder(),
              new KafkaProducer<>(kafka.producer(NAME, producerSettings())),
              endOffsets,
              destinations(kafka));
      return new ArchiveLoop(
          config, clients, config.storage().open(), context.clock(), backoff, metrics, health);
    }

    @Override
    public void close() {
      if (endOffsets != null) {
        endOffsets.close();
      }
    }
  }

  private static Stream<ArchivedTable> tables() {
    return Stream.of(
        new DetectionRows(), new EventRows(), ReplayRows.detections(), ReplayRows.events());
  }

  private static Map<String, ArchiveClients.Destination> destinations(KafkaSettings kafka) {
    return tables()
        .collect(
            Collectors.toMap(
                table -> kafka.name(table.topic()),
                table ->
                    new ArchiveClients.Destination(table, kafka.name(table.deadLetterTopic()))));
  }

  /** Open files stay with their partitions as long as those stay here. */
  private static Map<String, Object> consumerSettings() {
    return Map.of(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
  }

  private static Map<String, Object> producerSettings() {
    return Map.of(
        ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000,
        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000,
        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
  }
}
