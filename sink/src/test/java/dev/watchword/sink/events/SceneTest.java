package dev.watchword.sink.events;

import static dev.watchword.sink.events.Film.person;
import static dev.watchword.sink.events.Film.way;
import static org.assertj.core.api.Assertions.assertThat;

import dev.watchword.schemas.EndCause;
import dev.watchword.schemas.EventPhase;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.service.zones.Line;
import dev.watchword.service.zones.Polygon;
import dev.watchword.service.zones.Zones;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SceneTest {
  private static final String NEWER = "0195a0b2-9999-7000-8000-000000000002";
  private static final Zones ZONES =
      new Zones(
          Map.of("yard", Polygon.of("0.4,0.5 1,0.5 1,1 0.4,1")),
          Map.of("door", Line.of("0.6,0 0.6,1")));

  private final Map<FrameOrder.LeftOut, Integer> leftOut = new EnumMap<>(FrameOrder.LeftOut.class);

  private Scene scene() {
    return new Scene(
        "gate",
        "people",
        TrackingConfig.DEFAULT,
        look -> {},
        reason -> leftOut.merge(reason, 1, Integer::sum));
  }

  private static List<Observation> street() {
    return new Film(2)
        .jittering(0.004)
        .with("person", 0, 12, t -> person(way(0.05, 0.95, 12, t), 0.8))
        .with("person", 5, 15, t -> person(way(0.95, 0.05, 10, t - 5), 0.85))
        .with("bag", 8, 40, t -> person(0.5, 0.9))
        .frames(60);
  }

  private List<ObjectEvent> told(Scene scene, List<Observation> frames) {
    List<ObjectEvent> told = new ArrayList<>();
    frames.forEach(frame -> told.addAll(scene.frame(frame, ZONES)));
    return told;
  }

  @Test
  void goesOnFromItsBytesAtAnyFrameAsIfNothingHadHappened() {
    List<ObjectEvent> expected = told(scene(), street());
    assertThat(expected).hasSizeGreaterThan(8);

    Scene scene = scene();
    List<ObjectEvent> told = new ArrayList<>();
    for (Observation frame : street()) {
      told.addAll(scene.frame(frame, ZONES));
      scene = scene().restore(scene.toBytes());
    }

    assertThat(told).isEqualTo(expected);
  }

  @Test
  void tellsTheSameInWhateverOrderFramesComeWithinTheGrace() {
    List<ObjectEvent> expected = told(scene(), street());

    for (int seed = 0; seed < 200; seed++) {
      List<Observation> frames = shuffled(street(), new Random(seed));

      assertThat(told(scene(), frames)).as("seed %d", seed).isEqualTo(expected);
    }
    assertThat(leftOut).isEmpty();
  }

  @Test
  void tellsTheSameWhenFramesComeTwice() {
    List<ObjectEvent> expected = told(scene(), street());
    List<Observation> frames = new ArrayList<>();
    for (Observation frame : street()) {
      frames.add(frame);
      frames.add(frame);
    }

    assertThat(told(scene(), frames)).isEqualTo(expected);
    assertThat(leftOut).containsEntry(FrameOrder.LeftOut.LATE, street().size());
  }

  @Test
  void waitsForAMissingFrameNoLongerThanTheGrace() {
    List<Observation> frames = street();
    Observation missing = frames.remove(7);
    Scene scene = scene();
    List<ObjectEvent> told = told(scene, frames.subList(0, 7));
    // Two frames a second and a grace of 2 s: the frame behind the gap passes with the fourth.
    assertThat(scene.isIdle()).isFalse();
    told.addAll(told(scene, frames.subList(7, frames.size())));

    assertThat(scene.frame(missing, ZONES)).isEmpty();
    assertThat(leftOut).containsExactly(Map.entry(FrameOrder.LeftOut.LATE, 1));
    assertThat(told.stream().filter(event -> event.getPhase() == EventPhase.START)).hasSize(3);
  }

  @Test
  void measuresHowLongALoitererDwells() {
    List<Observation> frames =
        new Film(2)
            .jittering(0.004)
            .with("person", 0, 100, t -> person(0.7 + 0.1 * Math.sin(t / 5), 0.8))
            .frames(110);

    List<ObjectEvent> told = told(scene(), frames);

    ObjectEvent end = told.getLast();
    assertThat(end.getPhase()).isEqualTo(EventPhase.END);
    assertThat(end.getZones()).hasSize(1);
    assertThat(end.getZones().getFirst().getVisits()).isEqualTo(1);
    assertThat(end.getZones().getFirst().getDwellMicros()).isEqualTo(99_500_000);
    assertThat(end.getCrossings()).as("to the line and back").isEmpty();
    assertThat(told.stream().filter(event -> event.getPhase() == EventPhase.UPDATE))
        .as("one each ten seconds")
        .hasSize(10);
  }

  @Test
  void keepsEventsOverAReconnection() {
    List<Observation> frames = street();
    List<Observation> reconnected = new ArrayList<>();
    for (Observation frame : frames) {
      boolean late = frame.sequence() >= 10;
      reconnected.add(late ? inSession(NEWER, frame.sequence() - 10, frame) : frame);
    }

    List<ObjectEvent> told = told(scene(), reconnected);

    assertThat(told.stream().map(ObjectEvent::getId).distinct()).hasSize(3);
    assertThat(leftOut).isEmpty();
  }

  @Test
  void followsTheNewestOwnerOfACameraThatHasTwo() {
    List<Observation> frames = new ArrayList<>();
    for (Observation frame : street()) {
      frames.add(frame);
      if (frame.sequence() >= 10) {
        frames.add(inSession(NEWER, frame.sequence() - 10, frame));
      }
    }

    List<ObjectEvent> told = told(scene(), frames);

    assertThat(told.stream().map(ObjectEvent::getId).distinct()).hasSize(3);
    assertThat(told).noneMatch(event -> event.getCause() == EndCause.CLOCK);
    assertThat(leftOut).containsOnlyKeys(FrameOrder.LeftOut.SUPERSEDED);
  }

  @Test
  void tellsOfHeldFramesBeforeTheSilence() {
    List<Observation> frames = new Film(2).with("person", 0, 9, t -> person(0.5, 0.8)).frames(2);
    frames.remove(0);
    Scene scene = scene();
    assertThat(told(scene, frames)).isEmpty();

    List<ObjectEvent> told = scene.silent(ZONES);

    assertThat(told.stream().map(ObjectEvent::getPhase))
        .containsExactly(EventPhase.START, EventPhase.END);
    assertThat(told.getLast().getFrames()).isEqualTo(3);
    assertThat(scene.isIdle()).isTrue();
    assertThat(scene.silent(ZONES)).isEmpty();
  }

  @Test
  void goesOnWhenTheClockJumpsAnHourAheadAndBack() {
    Scene scene = scene();
    List<ObjectEvent> told = new ArrayList<>();
    long sequence = 0;
    for (double offset : new double[] {0, 3600, 20}) {
      for (int i = 0; i < 10; i++) {
        double at = offset + i * 0.5;
        List<Seen> seen = List.of(new Seen("person", person(0.5, 0.8), 0.9f));
        told.addAll(scene.frame(Film.frame(sequence++, at, seen), ZONES));
      }
    }
    told.addAll(scene.silent(ZONES));

    assertThat(
            told.stream()
                .filter(event -> event.getPhase() == EventPhase.END)
                .map(ObjectEvent::getCause))
        .containsExactly(EndCause.SILENT, EndCause.CLOCK, EndCause.SILENT);
    assertThat(leftOut).isEmpty();
  }

  private static Observation inSession(String session, long sequence, Observation frame) {
    return Film.frame(
        session,
        sequence,
        Film.seconds(Observation.instant(frame.atMicros())),
        frame.inferred(),
        frame.seen());
  }

  /** No frame comes more than three places too early or too late: less than the grace. */
  private static List<Observation> shuffled(List<Observation> frames, Random random) {
    List<Observation> shuffled = new ArrayList<>(frames);
    for (int i = 0; i + 3 < shuffled.size(); i += 4) {
      java.util.Collections.shuffle(shuffled.subList(i, i + 4), random);
    }
    return shuffled;
  }
}
