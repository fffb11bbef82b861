package dev.watchword.ingest;

import dev.watchword.schemas.Evidence;
import dev.watchword.schemas.Topic;
import dev.watchword.service.Backoff;
import dev.watchword.service.HealthLog;
import dev.watchword.service.kafka.ConnectingLoop;
import dev.watchword.service.kafka.KafkaSettings;
import java.time.Clock;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** Connects the evidence loop to Kafka. Used by its thread. */
record EvidenceConnector(
    KafkaSettings kafka,
    Map<String, EvidenceLoop.Source> cameras,
    EvidenceMaker maker,
    Consumer<Evidence> answers,
    EvidenceLoop.Unreadable unreadable,
    Clock clock,
    HealthLog health)
    implements ConnectingLoop.Connector {
  @Override
  public EvidenceLoop connect(Backoff backoff) {
    return new EvidenceLoop(
        new KafkaConsumer<>(kafka.consumer("evidence", "", Map.of())),
        kafka.decoder(),
        kafka.name(Topic.EVIDENCE_REQUESTS),
        cameras,
        maker,
        answers,
        unreadable,
        clock,
        health);
  }

  @Override
  public void close() {
    // The loop closes what was made for it.
    maker.close();
  }
}
