package dev.watchword.bench;

import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.TopicSetup;
import dev.watchword.system.Broker;
import dev.watchword.system.WatchwordProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * A million detections through the events service, exactly once, on an embedded broker in this
 * process: records a second, the size of its state, and how long a service that was killed takes to
 * go on. {@code bench/run events [DETECTIONS [RULES]]}: with so many alert rules.
 */
final class EventsThroughput {
  private EventsThroughput() {}

  static void run(List<String> arguments) throws Exception {
    int total = arguments.isEmpty() ? 1_000_000 : Integer.parseInt(arguments.getFirst());
    int rules = arguments.size() < 2 ? 0 : Integer.parseInt(arguments.get(1));
    Path directory = Files.createTempDirectory("watchword-bench");
    try (Broker broker = Broker.start(directory);
        Admin admin = Admin.create(broker.settings().admin("bench"))) {
      KafkaSettings settings = broker.settings();
      TopicSetup.createMissing(settings);
      Path file = directory.resolve("watchword.yaml");
      Files.writeString(
          file, broker.yaml() + "prompts: {street-life: {text: detect person}}\n" + rules(rules));
      int sent = DrawnTopic.send(settings, 0, total / DrawnTopic.CAMERAS).records();
      System.out.printf("%d detections of %d cameras are on the topic%n", sent, DrawnTopic.CAMERAS);
      measure(directory, file, settings, admin, sent);
    }
  }

  /** Rules for all cameras, half of them about what is there and half about what is not. */
  private static String rules(int count) {
    StringBuilder yaml = new StringBuilder(count == 0 ? "" : "alerts:\n  rules:\n");
    for (int i = 0; i < count; i++) {
      String label = List.of("person", "car", "truck", "bag").get(i / 2 % 4);
      String rule = i % 2 == 0 ? "{when: present, label: " : "{when: nothing, for: 30s, label: ";
      yaml.append("    rule-").append(i).append(": ").append(rule).append(label).append("}\n");
    }
    return yaml.toString();
  }

  private static void measure(
      Path directory, Path file, KafkaSettings settings, Admin admin, int sent) throws Exception {
    long start = System.nanoTime();
    long first;
    try (WatchwordProcess events = start(directory, file)) {
      first = DrawnTopic.awaitCommitted(admin, settings.group("events"), 1);
      DrawnTopic.awaitCommitted(admin, settings.group("events"), sent);
    }
    long end = System.nanoTime();
    // The one that is killed here has not said goodbye.
    long killed = System.nanoTime();
    int more = DrawnTopic.send(settings, sent / DrawnTopic.CAMERAS, 1).records();
    try (WatchwordProcess events = start(directory, file)) {
      DrawnTopic.awaitCommitted(admin, settings.group("events"), sent + more);
    }
    double restart = (System.nanoTime() - killed) / 1e9;
    long[] state = state(settings);
    System.out.printf(
        "%n| detections through the events service | |%n|---|---|%n"
            + "| detections/s, from the first commit on | %.0f |%n| from start to first commit, s |"
            + " %.1f |%n| scenes in the state | %d |%n| bytes of them | %d |%n"
            + "| changelog, bytes written | %d |%n| from kill -9 to the next commit, s | %.1f |%n",
        sent / ((end - first) / 1e9), (first - start) / 1e9, state[0], state[1], state[2], restart);
  }

  private static WatchwordProcess start(Path directory, Path file) throws Exception {
    return WatchwordProcess.measured(directory, "events", file);
  }

  /** Scenes, their bytes, and all bytes of the changelog. */
  private static long[] state(KafkaSettings settings) {
    String topic = settings.group("events") + "-scenes-changelog";
    Map<String, Integer> latest = new HashMap<>();
    long written = 0;
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(settings.consumer("bench", "", Map.of()))) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.get(one))) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          latest.put(record.key(), record.value().length);
          written += record.value().length;
        }
      }
    }
    return new long[] {
      latest.size(), latest.values().stream().mapToLong(Integer::longValue).sum(), written
    };
  }
}
