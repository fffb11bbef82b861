package dev.watchword.sink.events;

import static dev.watchword.sink.events.Film.car;
import static dev.watchword.sink.events.Film.person;
import static dev.watchword.sink.events.Film.seconds;
import static dev.watchword.sink.events.Film.way;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.watchword.schemas.EndCause;
import dev.watchword.schemas.EventPhase;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.service.zones.Zones;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrackerTest {
  private static final double PATIENCE = TrackingConfig.DEFAULT.patience().toMillis() / 1e3;

  private final Tracker tracker = new Tracker("people", TrackingConfig.DEFAULT);

  private List<ObjectEvent> told(List<Observation> frames) {
    List<ObjectEvent> told = new ArrayList<>();
    frames.forEach(frame -> told.addAll(tracker.frame(frame, Zones.NONE)));
    return told;
  }

  private static List<ObjectEvent> of(List<ObjectEvent> told, EventPhase phase) {
    return told.stream().filter(event -> event.getPhase() == phase).toList();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1, 2, 5})
  void tellsOneEventOfAWalkerAtAnyFrameRate(double framesPerSecond) {
    Film film =
        new Film(framesPerSecond)
            .with("person", 4, 14, t -> person(way(0.05, 0.95, 10, t - 4), 0.8));

    List<ObjectEvent> told = told(film.frames(24));

    ObjectEvent start = of(told, EventPhase.START).getFirst();
    ObjectEvent end = of(told, EventPhase.END).getFirst();
    assertThat(told.stream().map(ObjectEvent::getId).distinct()).hasSize(1);
    assertThat(told.stream().map(ObjectEvent::getRevision).toList())
        .isEqualTo(java.util.stream.IntStream.range(0, told.size()).boxed().toList());
    assertThat(seconds(start.getStart())).isEqualTo(4);
    assertThat(seconds(start.getAt())).isCloseTo(4 + 1 / framesPerSecond, within(1e-6));
    assertThat(start.getEnd()).isNull();
    assertThat(end.getCause()).isEqualTo(EndCause.LEFT);
    assertThat(seconds(end.getEnd())).isCloseTo(14 - 1 / framesPerSecond, within(1e-6));
    assertThat(end.getEnd()).isEqualTo(end.getLast().getCapturedAt());
    assertThat(end.getFrames()).isEqualTo((int) (10 * framesPerSecond));
    assertThat(end.getPath()).hasSize(Math.min(end.getFrames(), end.getPath().size()));
    assertThat(end.getPath().getFirst().getX()).isCloseTo(0.05f, within(1e-5f));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 2, 5})
  void keepsApartTwoWhoWalkThroughEachOther(double framesPerSecond) {
    Film film =
        new Film(framesPerSecond)
            .jittering(0.004)
            .with("person", 0, 10, t -> person(way(0.1, 0.9, 10, t), 0.80))
            .with("person", 0, 10, t -> person(way(0.9, 0.1, 10, t), 0.84));

    List<ObjectEvent> ends = of(told(film.frames(20)), EventPhase.END);

    assertThat(ends).hasSize(2);
    for (ObjectEvent end : ends) {
      double from = Box.of(end.getFirst().getBox()).centreX();
      double to = Box.of(end.getLast().getBox()).centreX();
      assertThat(Math.abs(to - from)).as("crossed the picture").isGreaterThan(0.5);
    }
  }

  @Test
  void bridgesAnOcclusionThatIsShorterThanThePatience() {
    Film film =
        new Film(2)
            .with("person", 0, 10, t -> t > 4 && t < 7 ? null : person(way(0.1, 0.9, 10, t), 0.8));

    List<ObjectEvent> ends = of(told(film.frames(20)), EventPhase.END);

    assertThat(ends).hasSize(1);
    assertThat(ends.getFirst().getFrames()).isEqualTo(15);
  }

  @Test
  void takesWhoComesBackAfterThePatienceForAnother() {
    Film film =
        new Film(2).with("person", 0, 30, t -> t > 5 && t < 6 + PATIENCE ? null : person(0.5, 0.8));

    List<ObjectEvent> told = told(film.frames(20));

    assertThat(of(told, EventPhase.START)).hasSize(2);
    assertThat(of(told, EventPhase.END)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 2, 5})
  void followsACarThatStopsAndGoes(double framesPerSecond) {
    Film film =
        new Film(framesPerSecond)
            .jittering(0.005)
            .with(
                "car", 0, 20, t -> car(t < 5 ? 0.1 * t : t < 15 ? 0.5 : 0.5 + 0.1 * (t - 15), 0.7));

    List<ObjectEvent> told = told(film.frames(30));

    assertThat(of(told, EventPhase.START)).hasSize(1);
    assertThat(of(told, EventPhase.END)).hasSize(1);
    assertThat(of(told, EventPhase.UPDATE)).as("while it stands").isNotEmpty();
  }

  @Test
  void doesNotTakeWhoEntersForWhoHasLeft() {
    Film film =
        new Film(1)
            .with("person", 0, 6, t -> person(way(0.4, 1, 6, t), 0.8))
            .with("person", 7, 14, t -> person(way(0, 0.6, 7, t - 7), 0.8));

    assertThat(of(told(film.frames(25)), EventPhase.END)).hasSize(2);
  }

  @Test
  void doesNotTellOfWhatFlickers() {
    Film film = new Film(2).with("person", 0, 40, t -> t % 3 == 0 ? person(0.5, 0.8) : null);

    assertThat(told(film.frames(40))).isEmpty();
  }

  @Test
  void doesNotBeginWithADoubtfulBoxButGoesOnWithIt() {
    List<ObjectEvent> told = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      told.addAll(
          told(List.of(Film.frame(i, i, List.of(new Seen("person", person(0.5, 0.8), 0.3f))))));
    }
    assertThat(told).isEmpty();
    for (int i = 10; i < 14; i++) {
      float score = i < 12 ? 0.8f : 0.3f;
      told.addAll(
          told(List.of(Film.frame(i, i, List.of(new Seen("person", person(0.5, 0.8), score))))));
    }
    told.addAll(tracker.silent());

    assertThat(told).hasSize(2);
    assertThat(told.getLast().getFrames()).isEqualTo(4);
    assertThat(told.getLast().getBest().getScore()).isEqualTo(0.8f);
  }

  @Test
  void seesASecondBoxOnAnObjectAsTheSameObject() {
    List<ObjectEvent> told = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Seen one = new Seen("person", person(0.5, 0.8), 0.9f);
      Seen again = new Seen("person", person(0.505, 0.81), 0.7f);
      told.addAll(told(List.of(Film.frame(i, i, List.of(one, again)))));
    }

    assertThat(told.stream().map(ObjectEvent::getId).collect(Collectors.toSet())).hasSize(1);
  }

  @Test
  void doesNotTakeFramesThatNobodyLookedAtForAbsence() {
    List<Observation> frames = new Film(2).with("person", 0, 60, t -> person(0.5, 0.8)).frames(60);
    for (int i = 20; i < 60; i++) {
      frames.set(i, Film.skipped(frames.get(i)));
    }

    List<ObjectEvent> told = told(frames);

    assertThat(of(told, EventPhase.END)).isEmpty();
    assertThat(told.stream().map(ObjectEvent::getId).distinct()).hasSize(1);
  }

  @Test
  void doesNotGuessThatSomeoneElsewhereIsTheSameAfterALongBlindStretch() {
    List<Observation> frames =
        new Film(2).with("person", 0, 60, t -> person(t < 10 ? 0.2 : 0.7, 0.8)).frames(30);
    for (int i = 10; i < 26; i++) {
      frames.set(i, Film.skipped(frames.get(i)));
    }

    List<ObjectEvent> told = told(frames);

    assertThat(told.stream().map(ObjectEvent::getId).distinct()).hasSize(2);
    assertThat(seconds(of(told, EventPhase.END).getFirst().getEnd())).isEqualTo(4.5);
  }

  @Test
  void endsEventsAtTheLastSightingWhenNobodyLooksForALongTime() {
    List<Observation> frames = new Film(2).with("person", 0, 99, t -> person(0.5, 0.8)).frames(99);
    for (int i = 20; i < frames.size(); i++) {
      frames.set(i, Film.skipped(frames.get(i)));
    }

    ObjectEvent end = of(told(frames), EventPhase.END).getFirst();

    assertThat(end.getCause()).isEqualTo(EndCause.SILENT);
    assertThat(seconds(end.getEnd())).isEqualTo(9.5);
  }

  @Test
  void tellsOfSilenceTheSameByTheWallClockAndByTheNextFrame() {
    List<Observation> before = new Film(2).with("person", 0, 9, t -> person(0.5, 0.8)).frames(10);
    Tracker other = new Tracker("people", TrackingConfig.DEFAULT);
    before.forEach(frame -> other.frame(frame, Zones.NONE));
    told(before);

    List<ObjectEvent> byWallClock = tracker.silent();
    List<ObjectEvent> byNextFrame = other.frame(Film.frame(20, 60, List.of()), Zones.NONE);

    assertThat(byWallClock).hasSize(1).isEqualTo(byNextFrame);
    assertThat(byWallClock.getFirst().getCause()).isEqualTo(EndCause.SILENT);
    assertThat(seconds(byWallClock.getFirst().getEnd())).isEqualTo(8.5);
  }

  @Test
  void endsEventsWhenTheCamerasTimeJumpsBackAndGoesOn() {
    List<Observation> frames = new ArrayList<>();
    List<Observation> usual = new Film(2).with("person", 0, 99, t -> person(0.5, 0.8)).frames(10);
    frames.addAll(usual);
    for (Observation frame : usual) {
      frames.add(
          Film.frame(
              frame.sequence() + 20,
              seconds(Observation.instant(frame.atMicros())) - 3600,
              frame.seen()));
    }

    List<ObjectEvent> told = told(frames);

    assertThat(of(told, EventPhase.START)).hasSize(2);
    assertThat(of(told, EventPhase.END)).hasSize(1);
    assertThat(of(told, EventPhase.END).getFirst().getCause()).isEqualTo(EndCause.CLOCK);
    assertThat(told.stream().map(ObjectEvent::getId).distinct()).hasSize(2);
  }

  @Test
  void keepsLabelsApart() {
    Film film =
        new Film(2)
            .with("person", 0, 9, t -> person(0.5, 0.8))
            .with("bag", 0, 9, t -> person(0.52, 0.8));

    Set<String> labels =
        of(told(film.frames(20)), EventPhase.END).stream()
            .map(ObjectEvent::getLabel)
            .collect(Collectors.toSet());

    assertThat(labels).containsExactlyInAnyOrder("person", "bag");
  }

  @Test
  void boundsThePath() {
    List<ObjectEvent> told =
        told(
            new Film(5)
                .with("person", 0, 300, t -> person(0.5 + 0.3 * Math.sin(t / 20), 0.8))
                .frames(310));

    ObjectEvent end = of(told, EventPhase.END).getFirst();
    assertThat(end.getFrames()).isEqualTo(1500);
    assertThat(end.getPath()).hasSizeBetween(32, 64);
    assertThat(seconds(end.getPath().getLast().getAt())).isGreaterThan(280);
  }
}
