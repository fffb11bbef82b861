package dev.watchword.sink.events;

import static dev.watchword.sink.events.Film.car;
import static dev.watchword.sink.events.Film.person;
import static dev.watchword.sink.events.Film.seconds;
import static dev.watchword.sink.events.Film.way;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.watchword.schemas.Alert;
import dev.watchword.schemas.AlertKind;
import dev.watchword.schemas.AlertRule;
import dev.watchword.schemas.Camera;
import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.CameraState;
import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.CoverageService;
import dev.watchword.schemas.CrossingDirection;
import dev.watchword.schemas.EvidenceRequest;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.MarkedBox;
import dev.watchword.schemas.wire.GeneratedRecords;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.sink.alerts.AlertMetrics;
import dev.watchword.sink.alerts.AlertParts;
import dev.watchword.sink.alerts.RuleTopic;
import dev.watchword.sink.alerts.RulesFile;
import io.prometheus.client.CollectorRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AlertTopologyTest {
  static {
    GeneratedRecords.trust();
  }

  private static final Instant WALL = Instant.parse("2026-03-01T12:00:00Z");
  private static final List<String> STORES =
      List.of("scenes", "alerts-of-cameras", "alerts-of-coverage");

  private TopologyTestDriver driver;
  private TestOutputTopic<String, byte[]> alerts;
  private CollectorRegistry metrics;

  static AlertParts parts(CollectorRegistry metrics) {
    return new AlertParts(
        "alert-rules",
        "camera-status",
        "coverage",
        "alerts",
        "evidence-requests",
        name -> "s3://pictures/" + name,
        Duration.ofSeconds(30),
        Wire::decoder,
        Wire.encoder(),
        new AlertMetrics(metrics));
  }

  @BeforeEach
  void start() {
    metrics = new CollectorRegistry();
    driver =
        new TopologyTestDriver(
            EventTopology.of(
                new TopologyParts(
                    TrackingConfig.DEFAULT,
                    "detections",
                    "cameras",
                    "events",
                    "detections-dead-letter",
                    Wire::decoder,
                    Wire.encoder(),
                    new EventsMetrics(metrics),
                    parts(metrics))),
            new Properties(),
            WALL);
    alerts = output("alerts");
    camera("gate", Map.of("zones.yard", "0,0.5 0.5,0.5 0.5,1 0,1", "lines.door", "0.6,0 0.6,1"));
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  private TestInputTopic<String, byte[]> input(String topic) {
    return driver.createInputTopic(topic, new StringSerializer(), new ByteArraySerializer());
  }

  private TestOutputTopic<String, byte[]> output(String topic) {
    return driver.createOutputTopic(topic, new StringDeserializer(), new ByteArrayDeserializer());
  }

  private void camera(String id, Map<String, String> settings) {
    input("cameras")
        .pipeInput(id, Wire.write(new Camera(id, "rtsp://10.0.0.5/", settings, null, false, WALL)));
  }

  private void rules(String yaml) {
    RulesFile.of(ConfigFile.parse("rules.yaml", yaml, name -> null))
        .forEach(
            rule ->
                input("alert-rules")
                    .pipeInput(rule.id(), Wire.write(RuleTopic.entry(rule, null, WALL))));
  }

  private void send(List<Observation> frames) {
    frames.forEach(frame -> send("people", frame));
  }

  private void send(String prompt, Observation frame) {
    FrameDetections record =
        FrameDetections.newBuilder(EventTopologyTest.record("gate", frame))
            .setPromptId(prompt)
            .build();
    input("detections").pipeInput("gate", Wire.write(record));
  }

  private List<Alert> told() {
    return alerts.readValuesToList().stream().map(bytes -> (Alert) Wire.read(bytes)).toList();
  }

  private static List<Double> times(List<Alert> alerts) {
    return alerts.stream().map(alert -> seconds(alert.getAt())).toList();
  }

  /** Someone comes from the yard through the door, and someone stays in the yard. */
  private static List<Observation> street(double seconds) {
    return new Film(2)
        .with("person", 2, 12, t -> person(way(0.3, 0.95, 10, t - 2), 0.8))
        .with("car", 5, 40, t -> car(0.2, 0.9))
        .frames(seconds);
  }

  private static final String STREET_RULES =
      """
      seen: {when: present, label: person, cool-down: 0s}
      waits: {when: dwell, label: car, zone: yard, for: 20s, cool-down: 0s}
      enters: {when: enters, zone: yard, cool-down: 0s}
      leaves: {when: leaves, zone: yard, cool-down: 0s}
      door: {when: crosses, line: door, direction: to-left, cool-down: 0s}
      nobody: {when: nothing, label: person, for: 20s, cool-down: 0s}
      """;

  @Test
  void tellsWhatTheRulesAreAbout() {
    rules(STREET_RULES);
    send(street(60));

    List<Alert> told = told();
    assertThat(told)
        .extracting(Alert::getRule, Alert::getReason)
        .contains(
            tuple("seen", "person"),
            tuple("waits", "car has been in yard for 20s"),
            tuple("enters", "person entered yard"),
            tuple("enters", "car entered yard"),
            tuple("leaves", "person left yard"),
            tuple("leaves", "car left yard"),
            tuple("nobody", "no person for 20s"));
    assertThat(told.stream().filter(alert -> alert.getRule().equals("door"))).hasSizeLessThan(2);
    assertThat(told.stream().map(Alert::getId).distinct()).hasSameSizeAs(told);
    Alert waits = one(told, "waits");
    assertThat(seconds(waits.getAt())).isEqualTo(25);
    assertThat(waits.getKind()).isEqualTo(AlertKind.DWELL);
    assertThat(waits.getZone()).isEqualTo("yard");
    assertThat(waits.getFrames()).hasSize(1);
    assertThat(waits.getEvents()).hasSize(1);
    assertThat(waits.getPromptVersion()).isEqualTo("0a1b2c3d");
    assertThat(seconds(one(told, "nobody").getAt())).isEqualTo(31.5);
    assertThat(
            metrics.getSampleValue(
                "watchword_events_alerts_fired_total",
                new String[] {"rule"},
                new String[] {"enters"}))
        .isEqualTo(2);
  }

  private static Alert one(List<Alert> alerts, String rule) {
    List<Alert> found = alerts.stream().filter(alert -> alert.getRule().equals(rule)).toList();
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  @Test
  void aCrossingHasADirection() {
    rules(
        "right: {when: crosses, line: door, direction: to-right}\n"
            + "left: {when: crosses, line: door, direction: to-left}");
    send(street(20));

    List<Alert> told = told();
    assertThat(told).hasSize(1);
    CrossingDirection direction = told.getFirst().getDirection();
    assertThat(told.getFirst().getRule())
        .isEqualTo(direction == CrossingDirection.TO_LEFT ? "left" : "right");
    assertThat(told.getFirst().getLine()).isEqualTo("door");
  }

  @Test
  void asksForAPictureOfWhatItTellsOfAndSaysWhereItWillStand() {
    rules("seen: {when: present, label: person}");
    send(street(20));

    Alert alert = told().getFirst();
    EvidenceRequest request = (EvidenceRequest) Wire.read(output("evidence-requests").readValue());
    assertThat(request.getId()).isEqualTo("alert-" + alert.getId());
    assertThat(alert.getPicture())
        .isEqualTo("s3://pictures/evidence/gate/2026-02-02/" + request.getId() + ".jpg");
    assertThat(request.getMoment()).isEqualTo(alert.getAt());
    assertThat(request.getBoxes()).extracting(MarkedBox::getLabel).containsExactly("person");
    assertThat(request.getBoxes().getFirst().getScore()).isEqualTo(alert.getScore());
  }

  @Test
  void asksForNoPictureWhereNoVideoIsKept() {
    camera("gate", Map.of("evidence.keep", "0s"));
    rules("seen: {when: present, label: person}");
    send(street(20));

    assertThat(told().getFirst().getPicture()).isNull();
    assertThat(output("evidence-requests").isEmpty()).isTrue();
  }

  @Test
  void coolsDownByTheTimeOfTheFrames() {
    rules("seen: {when: enters, label: person, zone: yard, cool-down: 30s}");
    Film film = new Film(2);
    for (int i = 0; i < 8; i++) {
      int from = i * 15;
      film.with("person", from, from + 5, t -> person(0.2, 0.8));
    }
    send(film.frames(120));

    assertThat(times(told())).containsExactly(0.0, 30.0, 60.0, 90.0);
  }

  @Test
  void confirmsWithinFrames() {
    rules("sure: {when: present, label: person, min-score: 0.8, confirm: 3, confirm-of: 5}");
    List<Observation> frames =
        new ArrayList<>(new Film(2).with("person", 0, 60, t -> person(0.5, 0.8)).frames(20));
    for (int i = 0; i < frames.size(); i++) {
      // Of the first twenty frames every third, then three of five.
      boolean strong = i < 20 ? i % 3 == 0 : i % 5 < 3;
      if (!strong) {
        Observation frame = frames.get(i);
        frames.set(
            i,
            Film.frame(
                frame.sequence(),
                i / 2.0,
                List.of(new Seen("person", frame.seen().getFirst().box(), 0.6f))));
      }
    }
    send(frames);

    assertThat(times(told())).containsExactly(10.5);
  }

  @Test
  void aRuleMayAskForSeveralObjectsAtATimeForSomeTime() {
    rules("crowd: {when: present, label: person, count: 2, for: 5s}");
    send(
        new Film(2)
            .with("person", 0, 60, t -> person(0.2, 0.8))
            .with("person", 4, 8, t -> person(0.8, 0.8))
            .with("person", 20, 40, t -> person(0.8, 0.8))
            .frames(60));

    List<Alert> told = told();
    assertThat(told).hasSize(1);
    assertThat(seconds(told.getFirst().getAt())).isBetween(25.0, 25.5);
    assertThat(told.getFirst().getCount()).isEqualTo(2);
    assertThat(told.getFirst().getEvents()).doesNotHaveDuplicates().hasSize(2);
  }

  @Test
  void firesWhenTheHoursBeginAndTheConditionHoldsAlready() {
    // The film begins at 02:40.
    rules("night: {when: present, label: person, schedule: {from: 02:41, to: 03:00}}");
    send(new Film(1).with("person", 0, 200, t -> person(0.5, 0.8)).frames(200));

    assertThat(times(told())).containsExactly(60.0);
  }

  @Test
  void framesThatComeOutOfOrderRaiseTheSameAlerts() {
    rules(STREET_RULES);
    List<Observation> frames = street(60);
    send(frames);
    List<Alert> expected = told();
    stop();
    start();
    rules(STREET_RULES);
    List<Observation> shuffled = new ArrayList<>(frames);
    Random random = new Random(3);
    for (int i = 1; i + 3 < shuffled.size(); i += 3) {
      Collections.shuffle(shuffled.subList(i, i + 3), random);
    }
    send(shuffled);

    assertThat(expected).hasSizeGreaterThan(5);
    assertThat(told()).containsExactlyElementsOf(expected);
  }

  @Test
  void aRestartInTheMiddleRaisesTheSameAlertsAndNoneTwice() {
    rules(STREET_RULES);
    List<Observation> frames = street(60);
    send(frames);
    List<Alert> expected = told();
    for (int cut = 5; cut < frames.size(); cut += 17) {
      stop();
      start();
      rules(STREET_RULES);
      send(frames.subList(0, cut));
      List<Alert> all = new ArrayList<>(told());
      restart();
      rules(STREET_RULES);
      send(frames.subList(cut, frames.size()));
      all.addAll(told());
      assertThat(all).as("cut before frame %d", cut).containsExactlyElementsOf(expected);
    }
  }

  /** A process that comes back has what the stores held, and nothing else. */
  private void restart() {
    Map<String, List<KeyValue<String, byte[]>>> kept = new HashMap<>();
    for (String name : STORES) {
      List<KeyValue<String, byte[]>> entries = new ArrayList<>();
      KeyValueStore<String, byte[]> store = driver.getKeyValueStore(name);
      try (KeyValueIterator<String, byte[]> all = store.all()) {
        all.forEachRemaining(entries::add);
      }
      kept.put(name, entries);
    }
    stop();
    start();
    kept.forEach(
        (name, entries) -> {
          KeyValueStore<String, byte[]> store = driver.getKeyValueStore(name);
          entries.forEach(entry -> store.put(entry.key, entry.value));
        });
  }

  @Test
  void aCameraThatFallsSilentShowsNothingByTheWallClock() {
    rules("nobody: {when: nothing, label: person, for: 2m}");
    send(new Film(2).with("person", 0, 10, t -> person(0.5, 0.8)).frames(10));

    driver.advanceWallClockTime(Duration.ofSeconds(119));
    assertThat(told()).isEmpty();
    driver.advanceWallClockTime(Duration.ofSeconds(5));

    assertThat(times(told())).containsExactly(129.5);
    driver.advanceWallClockTime(Duration.ofMinutes(30));
    assertThat(told()).isEmpty();
  }

  @Test
  void anAbsenceWaitsForAllPromptsOfTheCamera() {
    rules("nobody: {when: nothing, label: person, for: 20s}");
    List<Observation> empty = new Film(1).frames(60);
    List<Observation> seen = new Film(1).with("person", 0, 60, t -> person(0.5, 0.8)).frames(60);
    for (int i = 0; i < 60; i++) {
      send("cars", empty.get(i));
      if (i >= 25) {
        // The other prompt is 25 frames behind.
        send("people", seen.get(i - 25));
      }
      if (i == 0) {
        send("people", seen.get(0));
        send("people", seen.get(1));
      }
    }

    assertThat(told()).isEmpty();
  }

  @Test
  void aRuleThatIsSetOrRemovedTakesEffectAtOnce() {
    List<Observation> frames = street(60);
    send(frames.subList(0, 30));
    assertThat(told()).isEmpty();
    rules(
        "waits: {when: dwell, label: car, zone: yard, for: 20s}\n"
            + "enters: {when: enters, zone: yard}");
    send(frames.subList(30, 45));
    assertThat(told()).isEmpty();
    AlertRule entry =
        RuleTopic.entry(
            RulesFile.of(ConfigFile.parse("x", "enters: {when: enters, zone: yard}", n -> null))
                .getFirst(),
            null,
            WALL);
    input("alert-rules").pipeInput("enters", Wire.write(RuleTopic.removed(entry, WALL)));
    send(frames.subList(45, 60));

    assertThat(told()).extracting(Alert::getRule).containsExactly("waits");
  }

  @Test
  void aRuleThatCannotBeReadIsLeftOut() {
    rules("seen: {when: present, label: person}");
    input("alert-rules").pipeInput("broken", new byte[] {1, 2, 3});
    send(street(20));

    assertThat(told()).extracting(Alert::getRule).containsExactly("seen");
  }

  private void status(CameraState state, Instant since) {
    CameraStatus status =
        CameraStatus.newBuilder()
            .setCamera("gate")
            .setState(state)
            .setCause(state == CameraState.LIVE ? CameraCause.NONE : CameraCause.TIMEOUT)
            .setDetail(state == CameraState.WAITING ? "no answer" : "")
            .setSince(since)
            .setUrl("rtsp://10.0.0.5/")
            .build();
    input("camera-status").pipeInput("gate", Wire.write(status));
  }

  @Test
  void tellsOfACameraThatIsLostAndOnceAlone() {
    rules("lost: {when: camera-lost, for: 30s, cool-down: 0s}");
    status(CameraState.LIVE, WALL.minusSeconds(60));
    status(CameraState.WAITING, WALL);
    status(CameraState.CONNECTING, WALL.plusSeconds(5));
    status(CameraState.WAITING, WALL.plusSeconds(10));

    driver.advanceWallClockTime(Duration.ofSeconds(29));
    assertThat(told()).isEmpty();
    driver.advanceWallClockTime(Duration.ofSeconds(2));

    Alert alert = told().getFirst();
    assertThat(alert.getAt()).isEqualTo(WALL.plusSeconds(30));
    assertThat(alert.getReason()).isEqualTo("not live for 30s: no answer");
    driver.advanceWallClockTime(Duration.ofHours(1));
    status(CameraState.LIVE, WALL.plusSeconds(4000));
    assertThat(told()).isEmpty();
  }

  @Test
  void framesThatWereStillOnTheirWayDoNotRaiseALossTwice() {
    rules("lost: {when: camera-lost, for: 30s, cool-down: 0s}");
    List<Observation> frames = street(20);
    send(frames.subList(0, 20));
    status(CameraState.WAITING, WALL);
    driver.advanceWallClockTime(Duration.ofSeconds(31));
    assertThat(told()).hasSize(1);
    send(frames.subList(20, 40));
    driver.advanceWallClockTime(Duration.ofSeconds(31));

    assertThat(told()).isEmpty();
  }

  @Test
  void promptsThatSeeTheSameShareTheCoolDown() {
    rules("seen: {when: present, label: person}");
    for (Observation frame : street(20)) {
      send("people", frame);
      send("anybody", frame);
    }

    assertThat(told()).extracting(Alert::getPromptId).containsExactly("people");
  }

  @Test
  void aClockThatIsSetBackBeginsAnew() {
    rules("seen: {when: present, label: person, cool-down: 1h}");
    send(new Film(2).with("person", 100, 120, t -> person(0.5, 0.8)).frames(130).subList(200, 260));
    assertThat(times(told())).containsExactly(100.5);
    List<Observation> earlier = new Film(2).with("person", 2, 20, t -> person(0.5, 0.8)).frames(30);
    for (int i = 0; i < earlier.size(); i++) {
      send("people", Film.frame(260 + i, i / 2.0, earlier.get(i).seen()));
    }

    assertThat(times(told())).containsExactly(2.5);
  }

  @Test
  void tellsOfALossThatPassedWhileNobodyWatched() {
    rules("lost: {when: camera-lost, for: 30s}");
    status(CameraState.WAITING, WALL.minusSeconds(100));
    status(CameraState.LIVE, WALL.minusSeconds(40));
    status(CameraState.WAITING, WALL.minusSeconds(20));
    status(CameraState.LIVE, WALL.minusSeconds(10));

    assertThat(told()).extracting(Alert::getAt).containsExactly(WALL.minusSeconds(70));
  }

  @Test
  void aCameraThatWasStoppedIsNotLost() {
    rules("lost: {when: camera-lost, for: 30s}");
    status(CameraState.STOPPED, WALL);

    driver.advanceWallClockTime(Duration.ofHours(1));
    assertThat(told()).isEmpty();
  }

  @Test
  void bringsCoverageTogetherByCamera() {
    rules("blind: {when: coverage-below, percent: 95}");
    coverage(CoverageService.INGEST, "i", 100, 0);
    coverage(CoverageService.INFERENCE, "w1", 0, 60);
    coverage(CoverageService.INFERENCE, "w2", 0, 20);
    assertThat(told()).isEmpty();

    driver.advanceWallClockTime(Duration.ofMinutes(4));

    assertThat(told()).singleElement().extracting(Alert::getMeasured).isEqualTo(80.0);
  }

  private void coverage(CoverageService service, String process, long captured, long inferred) {
    Coverage record =
        Coverage.newBuilder()
            .setCamera("gate")
            .setSession("s")
            .setMinute(WALL)
            .setService(service)
            .setProcess(process)
            .setClosed(service == CoverageService.INFERENCE)
            .setCaptured(captured)
            .setPublished(captured)
            .setPrompt(service == CoverageService.INFERENCE ? "people" : "")
            .setConsumed(inferred)
            .setAnswers(Map.of("inferred", inferred))
            .build();
    input("coverage").pipeInput("gate/s/" + service + process, Wire.write(record));
  }
}
