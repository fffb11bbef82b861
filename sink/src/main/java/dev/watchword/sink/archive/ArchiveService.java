package dev.watchword.sink.archive;

import dev.watchword.service.Backoff;
import dev.watchword.service.Health;
import dev.watchword.service.HealthLog;
import dev.watchword.service.LoopThread;
import dev.watchword.service.Service;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.kafka.ConnectingLoop;
import dev.watchword.service.kafka.KafkaSettings;
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
 * Keeps all detections and events, those of replays apart, as Parquet files in object storage.
 * Several processes share the partitions as a consumer group.
 */
public final class ArchiveService implements Service {
  private static final String NAME = "archive";

  private final ServiceContext context;
  private final ArchiveConfig config;
  private final ArchiveMetrics metrics;
  private final HealthLog health = new HealthLog(NAME);
  private LoopThread thread;
  private LoopThread retention;

  public ArchiveService(ServiceContext context, ArchiveConfig config) {
    this.context = Objects.requireNonNull(context, "context");
    this.config = Objects.requireNonNull(config, "config");
    this.metrics = new ArchiveMetrics(context.registry());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public synchronized void start() {
    health.quietlyDown("connecting");
    thread = new LoopThread(NAME, new ConnectingLoop(new Worker(), health), this::broken).start();
    if (!config.retention().isForEver()) {
      retention =
          new LoopThread(
                  "archive-retention",
                  new RetentionLoop(
                      config.retention(),
                      config.storage().open(),
                      tables().map(ArchivedTable::directory).toList(),
                      context.clock(),
                      metrics),
                  this::broken)
              .start();
    }
  }

  @Override
  public Health health() {
    return health.current();
  }

  @Override
  public synchronized void close() {
    if (retention != null) {
      retention.close();
      retention = null;
    }
    if (thread != null) {
      thread.close();
      thread = null;
    }
  }

  private void broken(Throwable failure) {
    health.quietlyDown(String.valueOf(failure.getMessage()));
    context.bugs().accept(failure);
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
