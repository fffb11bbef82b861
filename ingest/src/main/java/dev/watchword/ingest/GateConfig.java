package dev.watchword.ingest;

import dev.watchword.service.config.Section;
import dev.watchword.service.zones.Polygon;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * When a camera's sampled frames are worth a look.
 *
 * @param threshold by how many of 255 levels of brightness a pixel must change
 * @param area the fraction of the watched pixels that must change
 * @param hold for how long frames still pass after the last motion: who stands still is still there
 * @param heartbeat the longest time without a frame
 * @param sceneChange a change of more than this fraction is one of the light, not of the scene: an
 *     infrared switch, lightning
 * @param idleAfter after so long without motion only key frames are decoded, until something moves;
 *     empty to go on as before
 * @param mask areas that are not watched
 */
public record GateConfig(
    int threshold,
    double area,
    Duration hold,
    Duration heartbeat,
    double sceneChange,
    Optional<Duration> idleAfter,
    List<Polygon> mask) {
  private static final Duration LONGEST = Duration.ofHours(1);

  /** Measured on a real static camera at 320 pixels: noise stays below, a person above. */
  public static final GateConfig DEFAULT =
      new GateConfig(
          20,
          0.003,
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          0.8,
          Optional.empty(),
          List.of());

  public GateConfig {
    mask = List.copyOf(mask);
  }

  /** Reads the section {@code gate} of a camera. */
  static GateConfig from(Section section) {
    Duration hold = duration(section, "hold", DEFAULT.hold());
    return new GateConfig(
        section.integer("threshold", DEFAULT.threshold(), 1, 255),
        section.number("area", DEFAULT.area(), 0, 1),
        hold,
        duration(section, "heartbeat", DEFAULT.heartbeat()),
        section.number("scene-change", DEFAULT.sceneChange(), 0, 1),
        idleAfter(section, hold),
        mask(section));
  }

  private static Optional<Duration> idleAfter(Section section, Duration hold) {
    if (!section.has("idle-after")) {
      return Optional.empty();
    }
    Duration idleAfter = section.duration("idle-after", hold);
    if (idleAfter.compareTo(hold) < 0) {
      throw section.wrong("idle-after", "must not be shorter than hold");
    }
    return Optional.of(idleAfter);
  }

  private static Duration duration(Section section, String key, Duration otherwise) {
    Duration duration = section.duration(key, otherwise);
    if (duration.compareTo(LONGEST) > 0) {
      throw section.wrong(key, "must be at most 1h");
    }
    return duration;
  }

  private static List<Polygon> mask(Section section) {
    List<Polygon> polygons = new ArrayList<>();
    for (String text : section.texts("mask")) {
      try {
        polygons.add(Polygon.of(text));
      } catch (IllegalArgumentException e) {
        throw section.wrong("mask", e.getMessage());
      }
    }
    return polygons;
  }
}
