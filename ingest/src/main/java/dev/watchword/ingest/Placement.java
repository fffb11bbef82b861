package dev.watchword.ingest;

import dev.watchword.ingest.IngestConfig.Entry;
import dev.watchword.ingest.placement.CameraTopic;
import dev.watchword.ingest.placement.PlacementLoop;
import dev.watchword.ingest.placement.Seeds;
import dev.watchword.schemas.Camera;
import dev.watchword.schemas.Topic;
import dev.watchword.service.Backoff;
import dev.watchword.service.HealthLog;
import dev.watchword.service.LoopThread;
import dev.watchword.service.ServiceContext;
import dev.watchword.service.kafka.ConnectingLoop;
import dev.watchword.service.kafka.KafkaSettings;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** Puts the file's cameras on the topic and then follows it. */
final class Placement implements ConnectingLoop.Connector {
  private final ServiceContext context;
  private final IngestConfig config;
  private final Roster roster;
  private final HealthLog health;

  Placement(ServiceContext context, IngestConfig config, Roster roster, HealthLog health) {
    this.context = context;
    this.config = config;
    this.roster = roster;
    this.health = health;
  }

  @Override
  public LoopThread.Loop connect(Backoff backoff) throws InterruptedException {
    seed();
    KafkaSettings kafka = context.kafka();
    return new PlacementLoop(
        new KafkaConsumer<>(
            kafka.consumer("ingest", kafka.group("ingest"), PlacementLoop.consumerSettings())),
        kafka.decoder(),
        kafka.name(Topic.CAMERAS),
        roster,
        backoff,
        health);
  }

  private void seed() throws InterruptedException {
    CameraTopic topic = new CameraTopic(context.kafka());
    Map<String, Camera> changes = Seeds.changes(topic.read(), file(), config.seeder());
    if (!changes.isEmpty()) {
      topic.write(changes);
    }
  }

  private List<Camera> file() {
    Instant now = context.clock().instant();
    return config.entries().stream().map(entry -> seed(entry, now)).toList();
  }

  private Camera seed(Entry entry, Instant now) {
    return CameraRecords.seed(entry.id(), entry.written(), config.seeder(), now);
  }

  @Override
  public void close() {
    // The loop closes all it has.
  }
}
