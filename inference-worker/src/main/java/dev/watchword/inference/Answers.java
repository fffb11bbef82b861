package dev.watchword.inference;

import dev.watchword.schemas.DeadLetter;
import dev.watchword.schemas.FrameDetections;
import java.util.ArrayList;
import java.util.HashMap;
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
  /**
   * One frame and prompt that is accounted for.
   *
   * @param prompt empty when there was none
   * @param detections null when nothing was published
   */
  record Account(
      String camera, String prompt, RequestOutcome outcome, FrameDetections detections) {}

  private final List<ProducerRecord<String, Object>> records = new ArrayList<>();
  private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
  private final List<String> consumedFrames = new ArrayList<>();
  private final List<String> lateFrames = new ArrayList<>();
  private final List<Account> accounts = new ArrayList<>();
  private final List<DeadLetterReason> deadLetters = new ArrayList<>();

  /** The record is answered by this transaction. */
  void consumed(Received record) {
    offsets.put(record.partition(), new OffsetAndMetadata(record.source().offset() + 1));
    if (record instanceof Received.Frame frame) {
      consumedFrames.add(frame.camera());
      if (frame.late()) {
        lateFrames.add(frame.camera());
      }
    }
  }

  void publish(String topic, RequestOutcome outcome, FrameDetections detections) {
    String camera = detections.getId().getCamera();
    records.add(new ProducerRecord<>(topic, camera, detections));
    accounts.add(new Account(camera, detections.getPromptId(), outcome, detections));
  }

  /** Accounts for a frame and prompt without a record. */
  void skip(String camera, String prompt, RequestOutcome outcome) {
    accounts.add(new Account(camera, prompt, outcome, null));
  }

  void deadLetter(String topic, String key, DeadLetterReason reason, DeadLetter letter) {
    records.add(new ProducerRecord<>(topic, key, letter));
    deadLetters.add(reason);
  }

  List<ProducerRecord<String, Object>> records() {
    return records;
  }

  Map<TopicPartition, OffsetAndMetadata> offsets() {
    return offsets;
  }

  /** Camera ids, one for each readable frame. */
  List<String> consumedFrames() {
    return consumedFrames;
  }

  /** Those of the consumed frames that were late, camera ids too. */
  List<String> lateFrames() {
    return lateFrames;
  }

  List<Account> accounts() {
    return accounts;
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
