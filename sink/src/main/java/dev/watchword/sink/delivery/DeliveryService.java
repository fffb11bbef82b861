package dev.watchword.sink.delivery;

import dev.watchword.schemas.Topic;
import dev.watchword.service.Backoff;
import dev.watchword.service.Health;
import dev.watchword.service.HealthLog;
import dev.watchword.service.LoopThread;
import dev.watchword.service.Service;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.kafka.ConnectingLoop;
import dev.watchword.service.kafka.KafkaSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * Brings alerts to the targets of the file. Each has its own thread and consumer group, so that one
 * that is away holds nobody else up; several processes share the partitions.
 */
public final class DeliveryService implements Service {
  private static final String NAME = "delivery";

  private final ServiceContext context;
  private final DeliveryConfig config;
  private final DeliveryMetrics metrics;
  private final Map<Target, HealthLog> health = new LinkedHashMap<>();
  private final List<LoopThread> threads = new ArrayList<>();

  public DeliveryService(ServiceContext context, DeliveryConfig config) {
    this.context = Objects.requireNonNull(context, "context");
    this.config = Objects.requireNonNull(config, "config");
    this.metrics = new DeliveryMetrics(context.registry());
    config.targets().forEach(target -> health.put(target, new HealthLog(target.service())));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public synchronized void start() {
    for (Target target : config.targets()) {
      health.get(target).quietlyDown("connecting");
      ConnectingLoop loop = new ConnectingLoop(new Worker(target), health.get(target));
      threads.add(
          new LoopThread(NAME + "-" + target.name(), loop, failure -> broken(target, failure))
              .start());
    }
  }

  /** That of the target that is worst off. */
  @Override
  public Health health() {
    List<Health> all = health.values().stream().map(HealthLog::current).toList();
    return all.stream()
        .filter(each -> !each.ok())
        .findFirst()
        .or(() -> all.stream().filter(Health::degraded).findFirst())
        .orElseGet(() -> Health.up(all.isEmpty() ? "the file names no targets" : "running"));
  }

  @Override
  public synchronized void close() {
    threads.forEach(LoopThread::stop);
    threads.forEach(LoopThread::close);
    threads.clear();
  }

  private void broken(Target target, Throwable failure) {
    health.get(target).quietlyDown(String.valueOf(failure.getMessage()));
    context.bugs().accept(failure);
  }

  private final class Worker implements ConnectingLoop.Connector {
    private final Target target;

    Worker(Target target) {
      this.target = target;
    }

    @Override
    public DeliveryLoop connect(Backoff backoff) {
      KafkaSettings kafka = context.kafka();
      String client = NAME + "-" + target.name();
      DeliveryClients clients =
          new DeliveryClients(
              new KafkaConsumer<>(
                  kafka.consumer(client, kafka.group(target.service()), consumerSettings())),
              kafka.decoder(),
              new KafkaProducer<>(kafka.producer(client, producerSettings())),
              kafka.name(Topic.ALERTS),
              kafka.name(Topic.ALERTS_DEAD_LETTER));
      return new DeliveryLoop(
          target,
          clients,
          target.means().open(target),
          context.clock(),
          RandomGenerator.getDefault(),
          backoff,
          metrics,
          health.get(target));
    }

    @Override
    public void close() {
      // The loop closes what was made for it.
    }
  }

  /** Few at a time: they wait in memory while the target is away. */
  private static Map<String, Object> consumerSettings() {
    return Map.of(
        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
        "latest",
        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
        50);
  }

  private static Map<String, Object> producerSettings() {
    return Map.of(
        ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000,
        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000,
        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
  }
}
