package dev.watchword.sink.alerts;

import dev.watchword.service.config.Section;
import dev.watchword.service.config.Suggestion;
import dev.watchword.service.zones.Zones;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules as files hold them. */
public final class RulesFile {
  private RulesFile() {}

  /**
   * The rules of a configuration file: {@code alerts.rules}.
   *
   * @param cameraIds the cameras that rules may name; empty when they are not known here
   */
  public static List<Rule> ofConfiguration(Section root, Set<String> cameraIds) {
    Map<String, Section> sections = root.section("alerts").sections("rules");
    List<Rule> rules = rules(sections, cameraIds);
    if (!cameraIds.isEmpty() && !rules.isEmpty()) {
      Map<String, Zones> drawn = new LinkedHashMap<>();
      root.sections("cameras").forEach((id, camera) -> drawn.put(id, Zones.from(camera)));
      for (Rule rule : rules) {
        Places.missing(rule, drawn)
            .ifPresent(
                sentence -> {
                  Section section = sections.get(rule.id());
                  throw section.wrong(section.has("line") ? "line" : "zone", sentence);
                });
      }
    }
    return rules;
  }

  /**
   * The rules of a file of their own, each under its name; of a configuration file, those of {@code
   * alerts.rules}.
   */
  public static List<Rule> of(Section root) {
    if (root.has("alerts") && root.section("alerts").has("rules")) {
      List<Rule> rules = ofConfiguration(root, Set.of());
      root.section("alerts").section("rules").rejectUnknown();
      return rules;
    }
    Map<String, Section> sections = new LinkedHashMap<>();
    root.keys().forEach(id -> sections.put(id, root.section(id)));
    List<Rule> rules = rules(sections, Set.of());
    sections.values().forEach(Section::rejectUnknown);
    return rules;
  }

  private static List<Rule> rules(Map<String, Section> sections, Set<String> cameraIds) {
    List<Rule> rules = new ArrayList<>();
    sections.forEach(
        (id, section) -> {
          Rule rule = Rule.from(id, section);
          for (String camera : rule.cameras()) {
            if (!cameraIds.isEmpty() && !cameraIds.contains(camera)) {
              throw section.wrong(
                  "cameras",
                  "there is no camera '"
                      + camera
                      + "'; "
                      + Suggestion.nearest(camera, cameraIds)
                          .map(near -> "did you mean '" + near + "'?")
                          .orElse("cameras: " + String.join(", ", cameraIds)));
            }
          }
          rules.add(rule);
        });
    return rules;
  }
}
