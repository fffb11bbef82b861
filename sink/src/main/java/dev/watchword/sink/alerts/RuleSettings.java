package dev.watchword.sink.alerts;

import dev.watchword.schemas.CrossingDirection;
import dev.watchword.service.config.Section;
import dev.watchword.service.config.Suggestion;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Rules as the keys of a file, read and written. */
final class RuleSettings {
  private static final Duration LONGEST = Duration.ofDays(7);
  private static final List<String> KINDS =
      List.of(
          "present",
          "dwell",
          "enters",
          "leaves",
          "crosses",
          "nothing",
          "camera-lost",
          "coverage-below");

  /** As cameras name their zones and lines. */
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

  private RuleSettings() {}

  static Rule read(String id, Section section) {
    // What a reference hides would be on a topic that many read.
    section
        .written()
        .forEach(
            (key, value) -> {
              if (value.contains("${")) {
                throw section.wrong(key, "a rule holds no reference such as ${env:NAME}");
              }
            });
    return new Rule(
        id,
        Set.copyOf(section.texts("cameras")),
        condition(section),
        Schedule.from(section),
        duration(section, "cool-down", Rule.COOL_DOWN, Duration.ZERO),
        section.flag("enabled", true));
  }

  private static Condition condition(Section section) {
    String when = section.text("when");
    return switch (when) {
      case "present" -> present(section);
      case "dwell" -> new Condition.Dwell(sought(section), name(section, "zone"), time(section));
      case "enters" -> new Condition.Enters(sought(section), name(section, "zone"));
      case "leaves" -> new Condition.Leaves(sought(section), name(section, "zone"));
      case "crosses" ->
          new Condition.Crosses(sought(section), name(section, "line"), direction(section));
      case "nothing" -> new Condition.Nothing(sought(section), zone(section), time(section));
      case "camera-lost" -> new Condition.CameraLost(time(section));
      case "coverage-below" -> new Condition.CoverageBelow(percent(section));
      default ->
          throw section.wrong(
              "when",
              "there is no condition '"
                  + when
                  + "'; "
                  + Suggestion.nearest(when, KINDS)
                      .map(near -> "did you mean '" + near + "'?")
                      .orElse("conditions: " + String.join(", ", KINDS)));
    };
  }

  private static Condition present(Section section) {
    Duration time = duration(section, "for", Duration.ZERO, Duration.ZERO);
    int confirm = section.integer("confirm", 1, 1, 100);
    // Over a time, a frame or two without the object do not begin it anew.
    int usual = time.isZero() ? confirm : confirm + 2;
    return new Condition.Present(
        sought(section),
        zone(section),
        section.integer("count", 1, 1, 1000),
        confirm,
        section.integer("confirm-of", usual, confirm, 102),
        time);
  }

  private static Optional<String> zone(Section section) {
    return section.has("zone") ? Optional.of(name(section, "zone")) : Optional.empty();
  }

  private static String name(Section section, String key) {
    String name = section.text(key);
    if (!NAME.matcher(name).matches()) {
      throw section.wrong(key, "expected the name of one of the camera's " + key + "s");
    }
    return name;
  }

  private static Sought sought(Section section) {
    List<String> labels = section.texts("label");
    for (String label : labels) {
      if (label.isBlank() || label.codePoints().anyMatch(RuleSettings::isUnwritable)) {
        throw section.wrong("label", "a label is some visible text on one line");
      }
    }
    return new Sought(
        Set.copyOf(labels),
        section.number("min-score", 0, 0, 1),
        Set.copyOf(section.texts("prompts")));
  }

  private static boolean isUnwritable(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          true;
      default -> character == 0xfeff;
    };
  }

  private static Optional<CrossingDirection> direction(Section section) {
    String text = section.text("direction", "both");
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "both" -> Optional.empty();
      case "to-right" -> Optional.of(CrossingDirection.TO_RIGHT);
      case "to-left" -> Optional.of(CrossingDirection.TO_LEFT);
      default ->
          throw section.wrong(
              "direction", "expected one of both, to-right, to-left, not '" + text + "'");
    };
  }

  private static double percent(Section section) {
    if (!section.has("percent")) {
      throw section.wrong("percent", "is missing; write such as percent: 95");
    }
    return section.number("percent", 0, 0.1, 100);
  }

  private static Duration time(Section section) {
    if (!section.has("for")) {
      throw section.wrong("for", "is missing; write such as for: 30s");
    }
    return duration(section, "for", Duration.ZERO, Duration.ofMillis(1));
  }

  private static Duration duration(
      Section section, String key, Duration otherwise, Duration least) {
    Duration duration = Duration.ofMillis(section.duration(key, otherwise).toMillis());
    if (duration.compareTo(least) < 0 || duration.compareTo(LONGEST) > 0) {
      throw section.wrong(key, "must be between " + Micros.text(least) + " and 7d");
    }
    return duration;
  }

  static Map<String, String> written(Rule rule) {
    Map<String, String> keys = new TreeMap<>(rule.schedule().settings());
    putAll(keys, "cameras", rule.cameras());
    keys.put("cool-down", Micros.text(rule.coolDown()));
    if (!rule.enabled()) {
      keys.put("enabled", "false");
    }
    if (rule.condition() instanceof Condition.OfObjects objects) {
      putAll(keys, "label", objects.sought().labels());
      putAll(keys, "prompts", objects.sought().prompts());
      if (objects.sought().minScore() > 0) {
        keys.put("min-score", Double.toString(objects.sought().minScore()));
      }
    }
    switch (rule.condition()) {
      case Condition.Present present -> {
        keys.put("when", "present");
        present.zone().ifPresent(zone -> keys.put("zone", zone));
        keys.put("count", Integer.toString(present.count()));
        keys.put("confirm", Integer.toString(present.confirm()));
        keys.put("confirm-of", Integer.toString(present.confirmOf()));
        keys.put("for", Micros.text(present.time()));
      }
      case Condition.Dwell dwell -> {
        keys.put("when", "dwell");
        keys.put("zone", dwell.zone());
        keys.put("for", Micros.text(dwell.time()));
      }
      case Condition.Enters enters -> {
        keys.put("when", "enters");
        keys.put("zone", enters.zone());
      }
      case Condition.Leaves leaves -> {
        keys.put("when", "leaves");
        keys.put("zone", leaves.zone());
      }
      case Condition.Crosses crosses -> {
        keys.put("when", "crosses");
        keys.put("line", crosses.line());
        crosses
            .direction()
            .ifPresent(
                to -> keys.put("direction", to.name().toLowerCase(Locale.ROOT).replace('_', '-')));
      }
      case Condition.Nothing nothing -> {
        keys.put("when", "nothing");
        nothing.zone().ifPresent(zone -> keys.put("zone", zone));
        keys.put("for", Micros.text(nothing.time()));
      }
      case Condition.CameraLost lost -> {
        keys.put("when", "camera-lost");
        keys.put("for", Micros.text(lost.time()));
      }
      case Condition.CoverageBelow below -> {
        keys.put("when", "coverage-below");
        keys.put("percent", Double.toString(below.percent()));
      }
    }
    return keys;
  }

  private static void putAll(Map<String, String> keys, String key, Collection<String> texts) {
    if (!texts.isEmpty()) {
      keys.put(key, list(texts.stream().sorted().toList()));
    }
  }

  /** A list on one line, as a section writes it. */
  static String list(List<String> texts) {
    return texts.stream()
        .map(text -> "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"")
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
