package dev.watchword.inference;

import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.DeadLetter;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.Ids;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What one transaction holds: the records to publish, the offsets behind which everything is
 * answered, and what to count once it has committed.
 */
final class Answers {
  private final List<ProducerRecord<String, Object>> records = new ArrayList<>();
  private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
  private final Map<Minute, Tally> tallies = new LinkedHashMap<>();
  private final List<FrameDetections> inferred = new ArrayList<>();
  private final List<DeadLetterReason> deadLetters = new ArrayList<>();

  /** The record is answered by this transaction. */
  void consumed(Judged judged) {
    Received record = judged.record();
    // Batches of replays that lie between each other are answered one after the other.
    offsets.merge(
        record.partition(),
        new OffsetAndMetadata(record.source().offset() + 1),
        (one, other) -> one.offset() > other.offset() ? one : other);
    if (record instanceof Received.Frame frame) {
      tally(frame).consumed(frame.late(), judged.expired());
    }
  }

  void publish(
      String topic, Received.Frame frame, RequestOutcome outcome, FrameDetections detections) {
    records.add(new ProducerRecord<>(topic, frame.key(), detections));
    tally(frame).answered(detections.getPromptId(), outcome);
    if (outcome == RequestOutcome.INFERRED) {
      inferred.add(detections);
    }
  }

  /**
   * Accounts for a frame and prompt without a record.
   *
   * @param prompt empty when there is none
   */
  void skip(Received.Frame frame, String prompt, RequestOutcome outcome) {
    tally(frame).answered(prompt, outcome);
  }

  private Tally tally(Received.Frame frame) {
    return tallies.computeIfAbsent(Minute.of(frame.frame()), any -> new Tally());
  }

  void deadLetter(String topic, String key, DeadLetterReason reason, DeadLetter letter) {
    records.add(new ProducerRecord<>(topic, key, letter));
    deadLetters.add(reason);
  }

  void cover(String topic, Coverage coverage) {
    records.add(new ProducerRecord<>(topic, Ids.key(coverage), coverage));
  }

  List<ProducerRecord<String, Object>> records() {
    return records;
  }

  Map<TopicPartition, OffsetAndMetadata> offsets() {
    return offsets;
  }

  /** What became of the readable frames. */
  Map<Minute, Tally> tallies() {
    return tallies;
  }

  List<FrameDetections> inferred() {
    return inferred;
  }

  List<DeadLetterReason> deadLetters() {
    return deadLetters;
  }

  /** Whether the committed offsets show that this transaction went through. */
  boolean isCoveredBy(Map<TopicPartition, OffsetAndMetadata> committed) {
    return offsets.entrySet().stream()
        .allMatch(
            entry -> {
              OffsetAndMetadata known = committed.get(entry.getKey());
              return known != null && known.offset() >= entry.getValue().offset();
            });
  }
}
