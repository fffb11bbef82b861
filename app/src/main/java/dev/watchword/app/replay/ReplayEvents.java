package dev.watchword.app.replay;

import dev.watchword.schemas.FrameDetections;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.schemas.Task;
import dev.watchword.service.zones.Zones;
import dev.watchword.sink.events.Scene;
import dev.watchword.sink.events.TrackingConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Answers of a replay to object events, as those of live cameras but for the wall clock, which has
 * no say. Of each camera, the events that were written before are told again by the same answers,
 * and left out. Used by one thread.
 */
final class ReplayEvents {
  private final TrackingConfig tracking;
  private final Function<String, Zones> zones;

  /** By camera and prompt. */
  private final Map<String, Map<String, Scene>> scenes = new TreeMap<>();

  private final Map<String, Long> written;
  private final Map<String, Long> told = new HashMap<>();

  /**
   * @param zones of a camera
   * @param written how many events of each camera there are already
   */
  ReplayEvents(TrackingConfig tracking, Function<String, Zones> zones, Map<String, Long> written) {
    this.tracking = tracking;
    this.zones = zones;
    this.written = Map.copyOf(written);
  }

  /** What follows from the next answer of a camera. */
  List<ObjectEvent> answer(FrameDetections answer) {
    boolean boxes = answer.getTask() == Task.DETECT || answer.getTask() == Task.SEGMENT;
    if (!boxes || answer.getShadow()) {
      return List.of();
    }
    String camera = answer.getId().getCamera();
    return fresh(camera, scene(camera, answer.getPromptId()).frame(answer, zones.apply(camera)));
  }

  private Scene scene(String camera, String prompt) {
    return scenes
        .computeIfAbsent(camera, any -> new TreeMap<>())
        .computeIfAbsent(prompt, any -> new Scene(camera, prompt, tracking));
  }

  /** Nothing more comes: all objects that are still there end. */
  List<ObjectEvent> end() {
    List<ObjectEvent> ends = new ArrayList<>();
    scenes.forEach(
        (camera, prompts) ->
            prompts
                .values()
                .forEach(scene -> ends.addAll(fresh(camera, scene.silent(zones.apply(camera))))));
    return ends;
  }

  private List<ObjectEvent> fresh(String camera, List<ObjectEvent> events) {
    long before = told.getOrDefault(camera, 0L);
    told.put(camera, before + events.size());
    long skip = Math.max(0, written.getOrDefault(camera, 0L) - before);
    return events.subList((int) Math.min(events.size(), skip), events.size());
  }

  /** Of each camera, the events so far. */
  Map<String, Long> told() {
    return told;
  }
}
