package dev.watchword.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.Alert;
import dev.watchword.schemas.EventPhase;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.schemas.Topic;
import dev.watchword.schemas.wire.GeneratedRecords;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.service.kafka.KafkaSettings;
import dev.watchword.service.kafka.TopicSetup;
import dev.watchword.service.zones.Zones;
import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.Setting;
import dev.watchword.sink.alerts.Rule;
import dev.watchword.sink.alerts.RulesFile;
import dev.watchword.sink.events.RulePreview;
import dev.watchword.sink.events.Scene;
import dev.watchword.sink.events.TrackingConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The events service as a process, killed in the middle of its work and started again. */
class EventsKilledST {
  static {
    GeneratedRecords.trust();
  }

  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final List<String> CAMERAS = List.of("gate", "yard", "lot", "street", "door");
  private static final int SECONDS = 600;

  @TempDir private Path directory;

  private static final String RULES =
      """
      alerts:
        rules:
          seen: {when: present, label: person, cool-down: 0s}
          crowd: {when: present, count: 3, for: 2s, cool-down: 20s}
      """;

  @Test
  void tellsEachEventAndRaisesEachAlertOnceAsIfItHadNeverBeenKilled() throws Exception {
    try (Broker broker = Broker.start(directory)) {
      KafkaSettings settings = broker.settings();
      TopicSetup.createMissing(settings);
      Path file = directory.resolve("watchword.yaml");
      Files.writeString(
          file, broker.yaml() + "prompts: {street-life: {text: detect person}}\n" + RULES);
      List<List<FrameDetections>> films = films();
      List<ObjectEvent> expected =
          films.stream().map(EventsKilledST::told).flatMap(List::stream).toList();

      int sent = 0;
      for (int third = 1; third <= 3; third++) {
        try (WatchwordProcess events = start(file)) {
          events.awaitLine("(service started)", LIMIT);
          int before = told(broker).size();
          send(settings, films, sent, sent = SECONDS * 2 * third / 3);
          int wanted = third < 3 ? before + 5 : expected.size();
          Wait.until("events to be told", LIMIT, () -> told(broker).size() >= wanted ? true : null);
        }
      }

      assertThat(told(broker)).containsExactlyInAnyOrderElementsOf(expected);
      List<Alert> raised = alerts(films);
      assertThat(raised).hasSizeGreaterThan(20);
      assertThat(broker.read(Topic.ALERTS, Alert.class))
          .containsExactlyInAnyOrderElementsOf(raised);
    }
  }

  /** The end of each film leaves nobody in the picture, so that no wall clock has to decide. */
  private static List<List<FrameDetections>> films() {
    List<List<FrameDetections>> films = new ArrayList<>();
    for (int i = 0; i < CAMERAS.size(); i++) {
      DrawnScene scene = new DrawnScene(Setting.values()[i % 2], i, 640, 480, 10, 400);
      Instant began = Instant.parse("2026-03-01T12:00:00Z");
      List<FrameDetections> film =
          new ArrayList<>(
              DrawnDetections.of(scene, CAMERAS.get(i), "session-" + i, began, SECONDS, 2));
      for (int j = film.size() - 20; j < film.size(); j++) {
        FrameDetections frame = film.get(j);
        film.set(j, DrawnDetections.record(frame.getId(), frame.getCapturedAt(), List.of()));
      }
      films.add(film);
    }
    return films;
  }

  private static List<ObjectEvent> told(List<FrameDetections> film) {
    Scene scene =
        new Scene(film.getFirst().getId().getCamera(), "street-life", TrackingConfig.DEFAULT);
    List<ObjectEvent> told = new ArrayList<>();
    film.forEach(frame -> told.addAll(scene.frame(frame, Zones.NONE)));
    assertThat(told.stream().filter(event -> event.getPhase() == EventPhase.START).count())
        .isEqualTo(told.stream().filter(event -> event.getPhase() == EventPhase.END).count());
    return told;
  }

  private static List<Alert> alerts(List<List<FrameDetections>> films) {
    List<Rule> rules = RulesFile.of(ConfigFile.parse("rules.yaml", RULES, name -> null));
    RulePreview preview = new RulePreview(rules, TrackingConfig.DEFAULT, List.of());
    films.forEach(film -> film.forEach(preview::detections));
    return preview.until(Instant.now());
  }

  private WatchwordProcess start(Path file) throws Exception {
    return WatchwordProcess.start(
        directory, "events", "-c", file.toString(), "--operations-port", "0");
  }

  private static void send(
      KafkaSettings settings, List<List<FrameDetections>> films, int from, int to) {
    try (KafkaProducer<String, FrameDetections> producer =
        new KafkaProducer<>(settings.producer("test", Map.of()))) {
      for (int i = from; i < to; i++) {
        for (List<FrameDetections> film : films) {
          FrameDetections frame = film.get(i);
          producer.send(
              new ProducerRecord<>(
                  settings.name(Topic.DETECTIONS), frame.getId().getCamera(), frame));
        }
      }
    }
  }

  private static List<ObjectEvent> told(Broker broker) throws Exception {
    return broker.read(Topic.EVENTS, ObjectEvent.class);
  }
}
