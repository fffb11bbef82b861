package dev.watchword.sink.events;

import static dev.watchword.sink.events.Film.car;
import static dev.watchword.sink.events.Film.person;
import static dev.watchword.sink.events.Film.seconds;
import static dev.watchword.sink.events.Film.way;

import dev.watchword.schemas.Alert;
import dev.watchword.schemas.Camera;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.wire.GeneratedRecords;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.sink.alerts.RuleTopic;
import dev.watchword.sink.alerts.RulesFile;
import io.prometheus.client.CollectorRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The topology with rules, and what it tells of drawn streets. */
abstract class AlertTopologyFixture {
  static {
    GeneratedRecords.trust();
  }

  static final String STREET_RULES =
      """
      seen: {when: present, label: person, cool-down: 0s}
      waits: {when: dwell, label: car, zone: yard, for: 20s, cool-down: 0s}
      enters: {when: enters, zone: yard, cool-down: 0s}
      leaves: {when: leaves, zone: yard, cool-down: 0s}
      door: {when: crosses, line: door, direction: to-left, cool-down: 0s}
      nobody: {when: nothing, label: person, for: 20s, cool-down: 0s}
      """;

  static final Instant WALL = EventDriver.WALL;
  TopologyTestDriver driver;
  TestOutputTopic<String, byte[]> alerts;
  CollectorRegistry metrics;

  @BeforeEach
  void start() {
    metrics = new CollectorRegistry();
    driver = EventDriver.start(metrics);
    alerts = output("alerts");
    camera("gate", Map.of("zones.yard", "0,0.5 0.5,0.5 0.5,1 0,1", "lines.door", "0.6,0 0.6,1"));
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  TestInputTopic<String, byte[]> input(String topic) {
    return EventDriver.input(driver, topic);
  }

  TestOutputTopic<String, byte[]> output(String topic) {
    return EventDriver.output(driver, topic);
  }

  void camera(String id, Map<String, String> settings) {
    input("cameras")
        .pipeInput(id, Wire.write(new Camera(id, "rtsp://10.0.0.5/", settings, null, false, WALL)));
  }

  void rules(String yaml) {
    RulesFile.of(ConfigFile.parse("rules.yaml", yaml, name -> null))
        .forEach(
            rule ->
                input("alert-rules")
                    .pipeInput(rule.id(), Wire.write(RuleTopic.entry(rule, null, WALL))));
  }

  void send(List<Observation> frames) {
    frames.forEach(frame -> send("people", frame));
  }

  void send(String prompt, Observation frame) {
    FrameDetections record =
        FrameDetections.newBuilder(EventTopologyTest.record("gate", frame))
            .setPromptId(prompt)
            .build();
    input("detections").pipeInput("gate", Wire.write(record));
  }

  List<Alert> told() {
    return alerts.readValuesToList().stream().map(bytes -> (Alert) Wire.read(bytes)).toList();
  }

  static List<Double> times(List<Alert> alerts) {
    return alerts.stream().map(alert -> seconds(alert.getAt())).toList();
  }

  /** Someone comes from the yard through the door, and someone stays in the yard. */
  static List<Observation> street(double seconds) {
    return new Film(2)
        .with("person", 2, 12, t -> person(way(0.3, 0.95, 10, t - 2), 0.8))
        .with("car", 5, 40, t -> car(0.2, 0.9))
        .frames(seconds);
  }
}
