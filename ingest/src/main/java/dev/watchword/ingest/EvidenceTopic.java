package dev.watchword.ingest;

import dev.watchword.schemas.Evidence;
import dev.watchword.schemas.EvidenceRequest;
import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.KeyedRecords;
import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.service.kafka.RecordDecoder.BadRecordException;
import dev.watchword.service.kafka.TopicPartitions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Asks ingest for evidence, as a person's command does. Thread-safe. */
public final class EvidenceTopic {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaSettings kafka;

  public EvidenceTopic(KafkaSettings kafka) {
    this.kafka = kafka;
  }

  /**
   * Writes the request and waits for its answer.
   *
   * @param patience how long; empty is returned after that: no ingest process has the camera
   * @throws KafkaException when Kafka or the registry does not answer
   */
  public Optional<Evidence> ask(EvidenceRequest request, Duration patience)
      throws InterruptedException {
    try (KafkaConsumer<String, byte[]> consumer =
            new KafkaConsumer<>(kafka.consumer("evidence-answer", "", Map.of()));
        RecordDecoder decoder = kafka.decoder()) {
      List<TopicPartition> partitions =
          TopicPartitions.of(consumer, kafka.name(Topic.EVIDENCE), LIMIT);
      consumer.assign(partitions);
      consumer.seekToEnd(partitions);
      // The end is looked up here: an answer must not come before it.
      partitions.forEach(partition -> consumer.position(partition, LIMIT));
      KeyedRecords.write(kafka, Topic.EVIDENCE_REQUESTS, Map.of(request.getCamera(), request));
      long deadline = System.nanoTime() + patience.toNanos();
      while (System.nanoTime() < deadline) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          Optional<Evidence> answer = answer(record, decoder, request);
          if (answer.isPresent()) {
            return answer;
          }
        }
      }
      return Optional.empty();
    }
  }

  private static Optional<Evidence> answer(
      ConsumerRecord<String, byte[]> record, RecordDecoder decoder, EvidenceRequest request)
      throws InterruptedException {
    try {
      return Optional.ofNullable(decoder.decode(record, Evidence.class))
          .filter(evidence -> evidence.getId().equals(request.getId()));
    } catch (BadRecordException e) {
      // Another one's answer: this one's was written by a process that can write.
      return Optional.empty();
    }
  }
}
