package dev.watchword.service.zones;

import dev.watchword.service.config.Section;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What is drawn into a camera's picture: the keys {@code zones} and {@code lines} of a camera.
 *
 * @param areas by name, in the file's order
 * @param lines by name, in the file's order
 */
public record Zones(Map<String, Polygon> areas, Map<String, Line> lines) {
  public static final Zones NONE = new Zones(Map.of(), Map.of());

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

  public Zones {
    areas = Collections.unmodifiableMap(new LinkedHashMap<>(areas));
    lines = Collections.unmodifiableMap(new LinkedHashMap<>(lines));
  }

  /**
   * Reads a camera's section. Throws {@link dev.watchword.service.config.ConfigException} that
   * names file, line and key.
   */
  public static Zones from(Section camera) {
    return new Zones(
        drawn(camera.section("zones"), Polygon::of), drawn(camera.section("lines"), Line::of));
  }

  private static <T> Map<String, T> drawn(Section section, Function<String, T> parser) {
    Map<String, T> drawn = new LinkedHashMap<>();
    for (String name : section.keys()) {
      if (!NAME.matcher(name).matches()) {
        throw section.wrong(
            name,
            "a name has 1 to 63 lower-case letters, digits, '-' or '_' and begins with a letter or"
                + " digit");
      }
      try {
        drawn.put(name, parser.apply(section.text(name)));
      } catch (IllegalArgumentException e) {
        throw section.wrong(name, e.getMessage());
      }
    }
    return drawn;
  }
}
