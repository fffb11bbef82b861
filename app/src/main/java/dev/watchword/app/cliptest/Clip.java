package dev.watchword.app.cliptest;

import dev.watchword.inference.Prompt;
import dev.watchword.ingest.CameraConfig;
import dev.watchword.service.zones.Zones;
import java.util.List;

/**
 * A recording and what prompts must see in it.
 *
 * @param camera how it is read: as a camera of its name
 * @param prompts that are asked about it
 */
record Clip(
    CameraConfig camera, Zones zones, List<Prompt> prompts, List<Expectation> expectations) {
  Clip {
    prompts = List.copyOf(prompts);
    expectations = List.copyOf(expectations);
  }

  String name() {
    return camera.id();
  }
}
