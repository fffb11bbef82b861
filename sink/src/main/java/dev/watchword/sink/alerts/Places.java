package dev.watchword.sink.alerts;

import dev.watchword.service.config.Suggestion;
import dev.watchword.service.zones.Zones;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The zones and lines that rules name, looked for among those that cameras draw. */
public final class Places {
  private Places() {}

  /**
   * One sentence when none of the rule's cameras draws what it names; it would never fire.
   *
   * @param drawn by camera
   */
  public static Optional<String> missing(Rule rule, Map<String, Zones> drawn) {
    Optional<String> line =
        rule.condition() instanceof Condition.Crosses crosses
            ? Optional.of(crosses.line())
            : Optional.empty();
    Optional<String> place = line.or(() -> zone(rule.condition()));
    if (place.isEmpty()) {
      return Optional.empty();
    }
    Set<String> known = new TreeSet<>();
    drawn.forEach(
        (camera, zones) -> {
          if (rule.cameras().isEmpty() || rule.cameras().contains(camera)) {
            known.addAll(line.isPresent() ? zones.lines().keySet() : zones.areas().keySet());
          }
        });
    if (known.contains(place.get())) {
      return Optional.empty();
    }
    return Optional.of(
        "no camera of the rule draws a "
            + (line.isPresent() ? "line" : "zone")
            + " '"
            + place.get()
            + "'; "
            + Suggestion.nearest(place.get(), known)
                .map(near -> "did you mean '" + near + "'?")
                .orElse(
                    known.isEmpty()
                        ? "draw it under the camera's " + (line.isPresent() ? "lines" : "zones")
                        : "there are: " + String.join(", ", known)));
  }

  private static Optional<String> zone(Condition condition) {
    return switch (condition) {
      case Condition.Present present -> present.zone();
      case Condition.Nothing nothing -> nothing.zone();
      case Condition.Dwell dwell -> Optional.of(dwell.zone());
      case Condition.Enters enters -> Optional.of(enters.zone());
      case Condition.Leaves leaves -> Optional.of(leaves.zone());
      case Condition.Crosses crosses -> Optional.empty();
      case Condition.CameraLost lost -> Optional.empty();
      case Condition.CoverageBelow below -> Optional.empty();
    };
  }
}
