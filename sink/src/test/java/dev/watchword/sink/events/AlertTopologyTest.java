package dev.watchword.sink.events;

import static dev.watchword.sink.events.Film.person;
import static dev.watchword.sink.events.Film.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.watchword.schemas.Alert;
import dev.watchword.schemas.AlertKind;
import dev.watchword.schemas.AlertRule;
import dev.watchword.schemas.CrossingDirection;
import dev.watchword.schemas.EvidenceRequest;
import dev.watchword.schemas.MarkedBox;
import dev.watchword.service.config.ConfigFile;
import dev.watchword.sink.alerts.RuleTopic;
import dev.watchword.sink.alerts.RulesFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What rules about objects tell, and what goes with it. */
class AlertTopologyTest extends AlertTopologyFixture {

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

  @Test
  void promptsThatSeeTheSameShareTheCoolDown() {
    rules("seen: {when: present, label: person}");
    for (Observation frame : street(20)) {
      send("people", frame);
      send("anybody", frame);
    }

    assertThat(told()).extracting(Alert::getPromptId).containsExactly("people");
  }
}
