package dev.watchword.sink.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.watchword.schemas.AlertRule;
import dev.watchword.schemas.CrossingDirection;
import dev.watchword.service.config.ConfigException;
import dev.watchword.service.config.ConfigFile;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RuleTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  static List<Rule> rules(String yaml) {
    return RulesFile.of(ConfigFile.parse("rules.yaml", yaml, name -> "secret"));
  }

  @Property(tries = 300)
  void aRuleThatIsWrittenToTheTopicIsTheSameWhenItIsRead(@ForAll("anyRules") Rule rule) {
    AlertRule entry = RuleTopic.entry(rule, null, NOW);

    assertThat(Rule.of(entry)).isEqualTo(rule);
    assertThat(RuleTopic.entry(Rule.of(entry), null, NOW)).isEqualTo(entry);
  }

  @Provide
  Arbitrary<Rule> anyRules() {
    Arbitrary<String> names = Arbitraries.of("gate", "yard-2", "0", "a_b");
    return Combinators.combine(
            names,
            names.set().ofMaxSize(2),
            conditions(),
            schedules(),
            Arbitraries.longs().between(0, 86_400_000).map(Duration::ofMillis),
            Arbitraries.of(true, false))
        .as(Rule::new);
  }

  private static Arbitrary<Condition> conditions() {
    Arbitrary<Duration> times = Arbitraries.longs().between(1, 604_800_000).map(Duration::ofMillis);
    Arbitrary<String> places = Arbitraries.of("door", "north-yard", "z1");
    Arbitrary<Sought> sought =
        Combinators.combine(
                Arbitraries.strings()
                    .withChars(
                        'a', 'Z', ' ', '"', '\\', '\'', '[', ']', ':', '#', ',', '{', 'ü', '漢')
                    .ofMinLength(1)
                    .ofMaxLength(6)
                    .filter(label -> !label.isBlank())
                    .set()
                    .ofMaxSize(3),
                Arbitraries.doubles().between(0, 1),
                places.set().ofMaxSize(2))
            .as(Sought::new);
    return Arbitraries.oneOf(
        Combinators.combine(
                sought,
                places.optional(),
                Arbitraries.integers().between(1, 9),
                Arbitraries.integers().between(1, 50),
                Arbitraries.integers().between(0, 50),
                times)
            .as(
                (what, zone, count, confirm, more, time) ->
                    new Condition.Present(what, zone, count, confirm, confirm + more, time)),
        Combinators.combine(sought, places, times).as(Condition.Dwell::new),
        Combinators.combine(sought, places).as(Condition.Enters::new),
        Combinators.combine(sought, places).as(Condition.Leaves::new),
        Combinators.combine(
                sought,
                places,
                Arbitraries.of(CrossingDirection.TO_LEFT, CrossingDirection.TO_RIGHT).optional())
            .as(Condition.Crosses::new),
        Combinators.combine(sought, places.optional(), times).as(Condition.Nothing::new),
        times.map(Condition.CameraLost::new),
        Arbitraries.doubles().between(0.1, 100).map(Condition.CoverageBelow::new));
  }

  private static Arbitrary<Schedule> schedules() {
    Arbitrary<LocalTime> times =
        Arbitraries.integers()
            .between(0, 1439)
            .map(minute -> LocalTime.of(minute / 60, minute % 60));
    Arbitrary<Optional<Schedule.Hours>> hours =
        Combinators.combine(times, times)
            .as(Schedule.Hours::new)
            .filter(each -> !each.from().equals(each.to()))
            .optional();
    return Combinators.combine(
            Arbitraries.of(DayOfWeek.class).set().ofMinSize(1),
            hours,
            Arbitraries.of("UTC", "Europe/Berlin", "+02:00").map(ZoneId::of))
        .as(Schedule::new);
  }

  @Example
  void readsARuleAsPeopleWriteIt() {
    assertThat(
            rules(
                """
                night:
                  cameras: [gate]
                  when: present
                  label: [person, car]
                  zone: yard
                  min-score: 0.7
                  count: 2
                  confirm: 3
                  confirm-of: 5
                  schedule: {days: [mon, tue], from: 22:00, to: 06:00, time-zone: Europe/Berlin}
                  cool-down: 5m
                """))
        .containsExactly(
            new Rule(
                "night",
                Set.of("gate"),
                new Condition.Present(
                    new Sought(Set.of("person", "car"), 0.7, Set.of()),
                    Optional.of("yard"),
                    2,
                    3,
                    5,
                    Duration.ZERO),
                new Schedule(
                    Set.of(DayOfWeek.MONDAY, DayOfWeek.TUESDAY),
                    Optional.of(new Schedule.Hours(LocalTime.of(22, 0), LocalTime.of(6, 0))),
                    ZoneId.of("Europe/Berlin")),
                Duration.ofMinutes(5),
                true));
  }

  @Example
  void readsTheRulesOfAConfigurationFile() {
    List<Rule> rules = rules("alerts: {rules: {gone: {when: camera-lost, for: 30s}}}\ncameras: {}");

    assertThat(rules).extracting(Rule::id).containsExactly("gone");
  }

  @Example
  void aRuleOfAConfigurationFileNamesCamerasAndZonesThatTheFileHas() {
    String cameras =
        "cameras: {gate: {zones: {yard: '0,0 1,0 1,1'}}, lot: {lines: {door: '0,0 1,1'}}}\n";
    Map.of(
            "{when: enters, zone: yrd}",
            "a.zone: no camera of the rule draws a zone 'yrd'; did you mean 'yard'?",
            "{when: enters, zone: yard, cameras: [lot]}",
            "a.zone: no camera of the rule draws a zone 'yard'; draw it under the camera's zones",
            "{when: crosses, line: dor}",
            "a.line: no camera of the rule draws a line 'dor'; did you mean 'door'?",
            "{when: present, cameras: [gat]}",
            "a.cameras: there is no camera 'gat'; did you mean 'gate'?")
        .forEach(
            (rule, sentence) ->
                assertThatThrownBy(
                        () ->
                            RulesFile.ofConfiguration(
                                ConfigFile.parse(
                                    "w.yaml",
                                    cameras + "alerts: {rules: {a: " + rule + "}}",
                                    n -> n),
                                Set.of("gate", "lot")))
                    .hasMessage("w.yaml:2: alerts.rules." + sentence));
  }

  @Example
  void refusesWhatIsWrongInASentenceThatNamesKeyAndWayOut() {
    Map.ofEntries(
            Map.entry("{label: person}", "r.when: is missing"),
            Map.entry(
                "{when: presnt}",
                "r.when: there is no condition 'presnt'; did you mean 'present'?"),
            Map.entry("{when: dwell, zone: a}", "r.for: is missing; write such as for: 30s"),
            Map.entry("{when: dwell, for: 1s}", "r.zone: is missing"),
            Map.entry(
                "{when: enters, zone: A B}",
                "r.zone: expected the name of one of the camera's zones"),
            Map.entry("{when: camera-lost, for: 9d}", "r.for: must be between 1ms and 7d"),
            Map.entry("{when: camera-lost, for: 1m, zone: a}", "r.zone: unknown key"),
            Map.entry(
                "{when: present, confirm: 3, confirm-of: 2}",
                "r.confirm-of: must be between 3 and 102"),
            Map.entry("{when: present, label: ['']}", "r.label: a label is some visible text"),
            Map.entry("{when: present, label: '${env:KEY}'}", "r.label: a rule holds no reference"),
            Map.entry(
                "{when: crosses, line: a, direction: up}", "r.direction: expected one of both"),
            Map.entry("{when: coverage-below}", "r.percent: is missing; write such as percent: 95"),
            Map.entry(
                "{when: present, schedule: {days: [monday]}}",
                "r.schedule.days: expected some of mon, tue"),
            Map.entry(
                "{when: present, schedule: {from: 25:00, to: 06:00}}",
                "r.schedule.from: expected a time such as 22:00"),
            Map.entry(
                "{when: present, schedule: {from: 06:00, to: 06:00}}",
                "r.schedule.to: is the same time as from"),
            Map.entry(
                "{when: present, schedule: {time-zone: Europe/Berln}}",
                "r.schedule.time-zone: there is no time zone 'Europe/Berln'; did you mean"
                    + " 'Europe/Berlin'?"))
        .forEach(
            (yaml, sentence) ->
                assertThatThrownBy(() -> rules("r: " + yaml))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageStartingWith("rules.yaml:1: ")
                    .hasMessageContaining(sentence)
                    .hasMessageNotContaining("secret"));
  }

  @Example
  void aFileAddsChangesAndDeletesWhatItHasPutThereAndNothingElse() {
    List<Rule> file =
        rules(
            "a: {when: camera-lost, for: 1m}\n"
                + "b: {when: camera-lost, for: 1m}\n"
                + "d: {when: camera-lost, for: 1m}");
    Rule other = rules("x: {when: camera-lost, for: 5m}").getFirst();
    Map<String, AlertRule> present =
        Map.of(
            "a", AlertRule.newBuilder(RuleTopic.entry(other, "me", NOW)).setId("a").build(),
            "b", AlertRule.newBuilder(RuleTopic.entry(other, null, NOW)).setId("b").build(),
            "c", AlertRule.newBuilder(RuleTopic.entry(other, "me", NOW)).setId("c").build(),
            "d",
                RuleTopic.removed(
                    AlertRule.newBuilder(RuleTopic.entry(other, "me", NOW)).setId("d").build(),
                    NOW),
            "e", AlertRule.newBuilder(RuleTopic.entry(other, "another", NOW)).setId("e").build());

    Map<String, AlertRule> changes = RuleTopic.changes(present, file, "me", NOW);

    assertThat(changes).containsOnlyKeys("a", "c");
    assertThat(changes.get("c")).isNull();
    assertThat(changes.get("a").getSettings()).containsEntry("for", "1m");
  }
}
