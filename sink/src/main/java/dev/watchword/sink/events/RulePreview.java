package dev.watchword.sink.events;

import dev.watchword.schemas.Alert;
import dev.watchword.schemas.Camera;
import dev.watchword.schemas.CameraStatus;
import dev.watchword.schemas.Coverage;
import dev.watchword.schemas.FrameDetections;
import dev.watchword.service.zones.Zones;
import dev.watchword.sink.alerts.CameraWatch;
import dev.watchword.sink.alerts.CoverageWatch;
import dev.watchword.sink.alerts.Rule;
import dev.watchword.sink.alerts.RuleVersion;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What rules would have fired: the records of topics go through the same scenes and watches as
 * live, without Kafka, and nobody is told. The zones are those of today. Not thread-safe.
 */
public final class RulePreview {
  private final List<RuleVersion> rules;
  private final TrackingConfig tracking;
  private final Map<String, Zones> zones;
  private final Map<String, Scene> scenes = new HashMap<>();
  private final Map<String, CameraWatch> cameras = new TreeMap<>();
  private final Map<String, CoverageWatch> coverage = new TreeMap<>();
  private final List<Alert> alerts = new ArrayList<>();

  /**
   * @param entries the cameras that there are
   */
  public RulePreview(List<Rule> rules, TrackingConfig tracking, Collection<Camera> entries) {
    this.rules = rules.stream().map(RuleVersion::of).toList();
    this.tracking = tracking;
    this.zones = CameraZones.drawn(entries);
  }

  /** Takes the next record of the camera's partition. */
  public void detections(FrameDetections record) {
    if (SceneProcessor.leftOut(record).isEmpty()) {
      String camera = record.getId().getCamera();
      scenes
          .computeIfAbsent(
              camera + "/" + record.getPromptId(),
              key ->
                  new Scene(
                      camera,
                      record.getPromptId(),
                      tracking,
                      look -> alerts.addAll(watch(camera).frame(look, rules))))
          .frame(record, zones.getOrDefault(camera, Zones.NONE));
    }
  }

  /** Takes the next state of a camera. */
  public void status(CameraStatus status) {
    alerts.addAll(watch(status.getCamera()).status(status, rules));
  }

  /** Takes the next record of the topic. */
  public void coverage(Coverage record) {
    alerts.addAll(
        coverage.computeIfAbsent(record.getCamera(), CoverageWatch::new).record(record, rules));
  }

  private CameraWatch watch(String camera) {
    return cameras.computeIfAbsent(camera, CameraWatch::new);
  }

  /** All that would have fired until then, by time. */
  public List<Alert> until(Instant now) {
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, now);
    cameras
        .values()
        .forEach(
            camera -> {
              alerts.addAll(camera.silent(micros, rules));
              alerts.addAll(camera.lost(micros, rules));
            });
    coverage.values().forEach(camera -> alerts.addAll(camera.passed(now, rules)));
    alerts.sort(
        Comparator.comparing(Alert::getAt)
            .thenComparing(Alert::getCamera)
            .thenComparing(Alert::getRule));
    return List.copyOf(alerts);
  }
}
