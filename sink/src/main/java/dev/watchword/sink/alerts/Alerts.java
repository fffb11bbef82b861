package dev.watchword.sink.alerts;

import dev.watchword.schemas.Alert;
import dev.watchword.schemas.AlertKind;
import dev.watchword.schemas.CrossingDirection;
import dev.watchword.schemas.Ids;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.sink.alerts.PromptWatch.Happening;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The records of alerts, and what they say to people. */
final class Alerts {
  private Alerts() {}

  static Alert present(
      RuleVersion rule, Condition.Present condition, Look look, List<Look.Present> shown) {
    String since = condition.time().isZero() ? "" : " for " + Micros.text(condition.time());
    Alert.Builder alert =
        begin(
            rule,
            look.camera(),
            AlertKind.PRESENT,
            look.at(),
            look.promptId() + "/" + Ids.text(look.frame()),
            labels(shown) + in(condition.zone()) + since);
    return objects(alert, look, shown).setZone(condition.zone().orElse(null)).build();
  }

  /** {@code person}, {@code 2 x person, bag}. */
  private static String labels(List<Look.Present> shown) {
    Map<String, Integer> counts = new TreeMap<>();
    shown.forEach(object -> counts.merge(object.label(), 1, Integer::sum));
    return counts.entrySet().stream()
        .map(each -> (each.getValue() == 1 ? "" : each.getValue() + " x ") + each.getKey())
        .collect(Collectors.joining(", "));
  }

  static Alert dwell(RuleVersion rule, Condition.Dwell condition, Look look, Look.Present object) {
    double seconds = object.inside().get(condition.zone()) / 1e6;
    Alert.Builder alert =
        begin(
            rule,
            look.camera(),
            AlertKind.DWELL,
            look.at(),
            object.event() + "/" + condition.zone(),
            object.label()
                + " has been in "
                + condition.zone()
                + " for "
                + Micros.text(Duration.ofSeconds(Math.round(seconds))));
    return objects(alert, look, List.of(object))
        .setZone(condition.zone())
        .setMeasured(seconds)
        .setScore(object.best().getScore())
        .build();
  }

  static Alert happened(RuleVersion rule, Look look, Happening happening) {
    ObjectEvent event = happening.event();
    String place = happening.place();
    Alert.Builder alert =
        begin(
                rule,
                look.camera(),
                kind(happening),
                Micros.instant(happening.atMicros()),
                event.getId() + "/" + place + "/" + happening.atMicros(),
                event.getLabel() + " " + deed(happening))
            .setLabel(event.getLabel())
            .setCount(1)
            .setScore(event.getBest().getScore())
            .setEvents(List.of(event.getId()))
            .setFrames(List.of(event.getLast().getFrame()))
            .setPromptId(event.getPromptId())
            .setPromptVersion(event.getPromptVersion())
            .setModel(event.getModel());
    boolean crossed = happening.deed() == PromptWatch.Deed.CROSSED;
    return (crossed
            ? alert.setLine(place).setDirection(happening.direction())
            : alert.setZone(place))
        .build();
  }

  private static AlertKind kind(Happening happening) {
    return switch (happening.deed()) {
      case ENTERED -> AlertKind.ENTERED;
      case LEFT -> AlertKind.LEFT;
      case CROSSED -> AlertKind.CROSSED;
    };
  }

  private static String deed(Happening happening) {
    return switch (happening.deed()) {
      case ENTERED -> "entered " + happening.place();
      case LEFT -> "left " + happening.place();
      case CROSSED ->
          "crossed "
              + happening.place()
              + (happening.direction() == CrossingDirection.TO_LEFT
                  ? " to the left"
                  : " to the right");
    };
  }

  static Alert nothing(
      RuleVersion rule, Condition.Nothing condition, String camera, long since, long at) {
    return begin(
            rule,
            camera,
            AlertKind.NOTHING,
            Micros.instant(at),
            "nothing/" + since,
            "no "
                + condition.sought()
                + in(condition.zone())
                + " for "
                + Micros.text(condition.time()))
        .setZone(condition.zone().orElse(null))
        .setMeasured((at - since) / 1e6)
        .build();
  }

  static Alert lost(
      RuleVersion rule,
      Condition.CameraLost condition,
      String camera,
      long since,
      String detail,
      long at) {
    return begin(
            rule,
            camera,
            AlertKind.CAMERA_LOST,
            Micros.instant(at),
            "lost/" + since,
            "not live for "
                + Micros.text(condition.time())
                + (detail.isEmpty() ? "" : ": " + detail))
        .setMeasured((at - since) / 1e6)
        .build();
  }

  /**
   * @param minute its first moment
   */
  static Alert coverage(
      RuleVersion rule,
      Condition.CoverageBelow condition,
      String camera,
      Instant minute,
      double percent) {
    return begin(
            rule,
            camera,
            AlertKind.COVERAGE_BELOW,
            minute.plus(Duration.ofMinutes(1)),
            "coverage/" + minute,
            String.format(
                Locale.ROOT,
                "models looked at %.1f %% of the frames of %s, less than %s %%",
                percent,
                minute.toString().substring(0, 16).replace('T', ' '),
                condition.percent()))
        .setMeasured(percent)
        .build();
  }

  private static Alert.Builder begin(
      RuleVersion rule, String camera, AlertKind kind, Instant at, String cause, String reason) {
    String id = rule.rule().id();
    return Alert.newBuilder()
        .setId(Ids.alert(id, rule.version(), camera, at, cause))
        .setRule(id)
        .setRuleVersion(rule.version())
        .setCamera(camera)
        .setKind(kind)
        .setAt(at)
        .setReason(reason);
  }

  private static Alert.Builder objects(Alert.Builder alert, Look look, List<Look.Present> objects) {
    double score = objects.stream().mapToDouble(object -> object.last().getScore()).max().orElse(0);
    return alert
        .setLabel(objects.getFirst().label())
        .setCount(objects.size())
        .setScore((float) score)
        .setEvents(objects.stream().map(Look.Present::event).toList())
        .setFrames(objects.stream().map(object -> object.last().getFrame()).toList())
        .setPromptId(look.promptId())
        .setPromptVersion(look.promptVersion())
        .setModel(look.model());
  }

  private static String in(Optional<String> zone) {
    return zone.map(name -> " in " + name).orElse("");
  }
}
