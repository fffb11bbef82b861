package dev.watchword.sink.events;

import static dev.watchword.sink.events.Film.person;
import static dev.watchword.sink.events.Film.seconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.Camera;
import dev.watchword.schemas.DeadLetter;
import dev.watchword.schemas.Detection;
import dev.watchword.schemas.EndCause;
import dev.watchword.schemas.EventPhase;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.schemas.Outcome;
import dev.watchword.schemas.ScoreParts;
import dev.watchword.schemas.StageTimings;
import dev.watchword.schemas.Task;
import dev.watchword.schemas.ZoneStay;
import dev.watchword.schemas.wire.GeneratedRecords;
import io.prometheus.client.CollectorRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventTopologyTest {
  static {
    GeneratedRecords.trust();
  }

  private final CollectorRegistry metrics = new CollectorRegistry();
  private TopologyTestDriver driver;
  private TestInputTopic<String, byte[]> detections;
  private TestInputTopic<String, byte[]> cameras;
  private TestOutputTopic<String, byte[]> events;
  private TestOutputTopic<String, byte[]> deadLetters;

  @BeforeEach
  void start() {
    driver = EventDriver.start(metrics);
    detections = EventDriver.input(driver, "detections");
    cameras = EventDriver.input(driver, "cameras");
    events = EventDriver.output(driver, "events");
    deadLetters = EventDriver.output(driver, "detections-dead-letter");
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  private void send(FrameDetections record) {
    detections.pipeInput(record.getId().getCamera(), Wire.write(record));
  }

  private List<ObjectEvent> told() {
    return events.readValuesToList().stream().map(bytes -> (ObjectEvent) Wire.read(bytes)).toList();
  }

  static FrameDetections record(String camera, Observation frame) {
    return FrameDetections.newBuilder()
        .setId(new FrameId(camera, frame.session(), frame.sequence()))
        .setCapturedAt(Observation.instant(frame.atMicros()))
        .setClock(frame.clock())
        .setCompletedAt(Observation.instant(frame.atMicros() + 90_000))
        .setSourceWidth(1920)
        .setSourceHeight(1080)
        .setPromptId("people")
        .setPromptVersion(frame.promptVersion())
        .setModel(frame.model())
        .setOutcome(frame.inferred() ? Outcome.INFERRED : Outcome.SKIPPED_STALE)
        .setDetections(
            frame.seen().stream()
                .map(
                    seen ->
                        new Detection(
                            seen.label(),
                            seen.box().toRecord(),
                            seen.score(),
                            new ScoreParts(1f, 1f, 1f),
                            null))
                .toList())
        .setText("")
        .setTokens(1)
        .setTimings(new StageTimings(0L, 0L, 0L, 0L, 0L, 1))
        .build();
  }

  private static List<Observation> visit(double seconds) {
    return new Film(2).with("person", 1, 8, t -> person(0.5, 0.8)).frames(seconds);
  }

  @Test
  void tellsOfEachCamerasObjectsUnderItsKey() {
    for (Observation frame : visit(20)) {
      send(record("gate", frame));
      send(record("yard", frame));
    }

    var told = events.readKeyValuesToList();
    assertThat(told).hasSize(4);
    told.forEach(
        pair -> assertThat(((ObjectEvent) Wire.read(pair.value)).getCamera()).isEqualTo(pair.key));
    assertThat(told.stream().map(pair -> ((ObjectEvent) Wire.read(pair.value)).getId()).distinct())
        .hasSize(2);
  }

  @Test
  void aCameraWhoseClockIsAnHourAheadDoesNotDisturbItsNeighbours() {
    for (Observation frame : visit(20)) {
      send(record("gate", frame));
      FrameDetections ahead = record("yard", frame);
      send(
          FrameDetections.newBuilder(ahead)
              .setCapturedAt(ahead.getCapturedAt().plus(Duration.ofHours(1)))
              .build());
    }

    assertThat(told().stream().map(ObjectEvent::getCause).filter(cause -> cause != null))
        .containsExactly(EndCause.LEFT, EndCause.LEFT);
  }

  @Test
  void endsTheEventsOfACameraThatFallsSilent() {
    visit(4).forEach(frame -> send(record("gate", frame)));
    assertThat(told()).hasSize(1);

    driver.advanceWallClockTime(Duration.ofSeconds(29));
    assertThat(told()).isEmpty();
    driver.advanceWallClockTime(Duration.ofSeconds(10));

    List<ObjectEvent> told = told();
    assertThat(told).hasSize(1);
    assertThat(told.getFirst().getPhase()).isEqualTo(EventPhase.END);
    assertThat(told.getFirst().getCause()).isEqualTo(EndCause.SILENT);
    assertThat(seconds(told.getFirst().getEnd())).isEqualTo(3.5);
    driver.advanceWallClockTime(Duration.ofMinutes(5));
    assertThat(told()).isEmpty();
  }

  @Test
  void followsZonesThatAreDrawnWhileItRuns() {
    List<Observation> frames = new Film(2).with("person", 0, 60, t -> person(0.5, 0.8)).frames(30);
    frames.subList(0, 10).forEach(frame -> send(record("gate", frame)));
    cameras.pipeInput(
        "gate",
        Wire.write(
            new Camera(
                "gate",
                "rtsp://10.0.0.5/",
                Map.of("zones.yard", "0,0.5 1,0.5 1,1 0,1", "sample", "2/s"),
                null,
                false,
                Instant.EPOCH)));
    frames.subList(10, 20).forEach(frame -> send(record("gate", frame)));

    List<ObjectEvent> told = new ArrayList<>(told());
    ZoneStay stay = told.getLast().getZones().getFirst();
    assertThat(told.getFirst().getZones()).isEmpty();
    assertThat(stay.getZone()).isEqualTo("yard");
    assertThat(seconds(stay.getEntered())).isEqualTo(5);
    assertThat(stay.getCount()).isEqualTo(1);
  }

  @Test
  void aShadowBeginsNothing() {
    for (Observation frame : visit(6)) {
      send(FrameDetections.newBuilder(record("gate", frame)).setShadow(true).build());
    }

    assertThat(told()).isEmpty();
    assertThat(leftOut("shadow")).isEqualTo(12);
  }

  @Test
  void leavesAnswersThatAreNotBoxesAlone() {
    for (Observation frame : visit(6)) {
      send(FrameDetections.newBuilder(record("gate", frame)).setTask(Task.CAPTION).build());
    }

    assertThat(told()).isEmpty();
    assertThat(leftOut("no_boxes")).isEqualTo(12);
  }

  @Test
  void beginsNothingWithFramesThatHadWaitedWhileTheBrokerWasAway() {
    for (Observation frame : visit(20)) {
      send(FrameDetections.newBuilder(record("gate", frame)).setLate(true).build());
    }

    assertThat(told()).isEmpty();
    assertThat(leftOut("spooled")).isEqualTo(40);
  }

  @Test
  void setsAsideWhatCannotBeReadAndGoesOn() {
    detections.pipeInput("gate", new byte[] {1, 2, 3});
    visit(4).forEach(frame -> send(record("gate", frame)));

    assertThat(told()).hasSize(1);
    DeadLetter letter = (DeadLetter) Wire.read(deadLetters.readValue());
    assertThat(letter.getService()).isEqualTo("events");
    assertThat(letter.getTopic()).isEqualTo("detections");
    assertThat(leftOut("unreadable")).isEqualTo(1);
  }

  private double leftOut(String reason) {
    return metrics.getSampleValue(
        "watchword_events_detections_left_out_total",
        new String[] {"reason"},
        new String[] {reason});
  }
}
