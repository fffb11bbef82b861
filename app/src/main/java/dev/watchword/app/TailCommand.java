package dev.watchword.app;

import dev.watchword.schemas.Alert;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.schemas.Topic;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.RecordDecoder;
import dev.watchword.service.kafka.RecordDecoder.BadRecordException;
import dev.watchword.service.kafka.TopicPartitions;
import dev.watchword.sink.delivery.RecordJson;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code watchword tail}: subscribes to detections, events or alerts and prints a JSON line a
 * record.
 */
@Command(
    name = "tail",
    description =
        "Prints a JSON line for each record of the detections topic, or of the events or alerts"
            + " topic.",
    mixinStandardHelpOptions = true)
final class TailCommand implements Callable<Integer> {
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration REACH = Duration.ofSeconds(5);

  private final DetectionsJson detectionsJson = new DetectionsJson();
  private final RecordJson recordJson = new RecordJson();

  @Mixin private KafkaOptions kafkaOptions;

  @Option(names = "--camera", paramLabel = "ID", description = "Only this camera.")
  private String camera;

  @Option(
      names = "--label",
      paramLabel = "LABEL",
      description = "Only records with a box, or events or alerts, of this label.")
  private String label;

  @Option(names = "--events", description = "Object events, not detections.")
  private boolean events;

  @Option(names = "--alerts", description = "Alerts, not detections.")
  private boolean alerts;

  @Option(
      names = "--from-beginning",
      description = "Start with the oldest record kept, not with the next one.")
  private boolean fromBeginning;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "0",
      description = "Stop after N lines.")
  private long count;

  @Override
  public Integer call() throws Exception {
    KafkaSettings kafka = kafkaOptions.settings();
    long printed = 0;
    try (KafkaConsumer<String, byte[]> consumer =
            new KafkaConsumer<>(kafka.consumer("tail", "", Map.of()));
        RecordDecoder decoder = kafka.decoder()) {
      List<TopicPartition> partitions = partitions(consumer, kafka, topic());
      consumer.assign(partitions);
      if (fromBeginning) {
        consumer.seekToBeginning(partitions);
      } else {
        consumer.seekToEnd(partitions);
      }
      while (count == 0 || printed < count) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          printed += print(record, decoder);
          if (count > 0 && printed >= count) {
            break;
          }
        }
        if (System.out.checkError()) {
          return 0;
        }
      }
    }
    return 0;
  }

  private Topic topic() {
    if (events && alerts) {
      throw new CommandFailure("--events and --alerts are two topics; tail one at a time");
    }
    return alerts ? Topic.ALERTS : events ? Topic.EVENTS : Topic.DETECTIONS;
  }

  private int print(ConsumerRecord<String, byte[]> record, RecordDecoder decoder)
      throws InterruptedException {
    try {
      Optional<String> line =
          alerts
              ? alert(record, decoder)
              : events ? event(record, decoder) : detections(record, decoder);
      line.ifPresent(System.out::println);
      return line.isPresent() ? 1 : 0;
    } catch (BadRecordException e) {
      System.err.println(
          "offset "
              + record.offset()
              + " of partition "
              + record.partition()
              + " cannot be read: "
              + e.getMessage());
      return 0;
    }
  }

  private Optional<String> detections(ConsumerRecord<String, byte[]> record, RecordDecoder decoder)
      throws BadRecordException, InterruptedException {
    return Optional.of(decoder.decode(record, FrameDetections.class))
        .filter(this::wanted)
        .map(detectionsJson::line);
  }

  private Optional<String> event(ConsumerRecord<String, byte[]> record, RecordDecoder decoder)
      throws BadRecordException, InterruptedException {
    return Optional.of(decoder.decode(record, ObjectEvent.class))
        .filter(event -> camera == null || camera.equals(event.getCamera()))
        .filter(event -> label == null || label.equals(event.getLabel()))
        .map(recordJson::line);
  }

  private Optional<String> alert(ConsumerRecord<String, byte[]> record, RecordDecoder decoder)
      throws BadRecordException, InterruptedException {
    return Optional.of(decoder.decode(record, Alert.class))
        .filter(alert -> camera == null || camera.equals(alert.getCamera()))
        .filter(alert -> label == null || label.equals(alert.getLabel()))
        .map(recordJson::line);
  }

  private boolean wanted(FrameDetections record) {
    return (camera == null || camera.equals(record.getId().getCamera()))
        && (label == null
            || record.getDetections().stream()
                .anyMatch(detection -> label.equals(detection.getLabel())));
  }

  private static List<TopicPartition> partitions(
      KafkaConsumer<?, ?> consumer, KafkaSettings kafka, Topic kind) {
    String topic = kafka.name(kind);
    try {
      return TopicPartitions.of(consumer, topic, REACH);
    } catch (UnknownTopicOrPartitionException e) {
      throw new CommandFailure(e.getMessage(), e);
    } catch (TimeoutException e) {
      throw new CommandFailure("Kafka at " + kafka.bootstrapServers() + " does not answer", e);
    }
  }
}
