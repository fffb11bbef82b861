package dev.watchword.system;

import dev.watchword.simulator.DrawnScene;
import dev.watchword.simulator.TruthBox;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What really happened: an object of a drawn scene, from when it can be seen until it cannot.
 *
 * @param boxes by seconds since the scene began
 */
public record Stay(String label, NavigableMap<Double, TruthBox> boxes) {
  double from() {
    return boxes.firstKey();
  }

  double to() {
    return boxes.lastKey();
  }

  /**
   * The stays of a scene that plays again and again.
   *
   * @param patience who is hidden for no longer has not left
   */
  public static List<Stay> of(DrawnScene scene, double seconds, double patience) {
    List<Stay> stays = new ArrayList<>();
    Map<Integer, Stay> present = new HashMap<>();
    for (int i = 0; i / scene.framesPerSecond() < seconds; i++) {
      double time = i / scene.framesPerSecond();
      scene
          .objects(i % scene.frames())
          .forEach(
              (number, box) -> {
                Stay stay = present.get(number);
                if (stay == null || time - stay.to() > patience) {
                  stay = new Stay(box.label(), new TreeMap<>());
                  present.put(number, stay);
                  stays.add(stay);
                }
                stay.boxes.put(time, box);
              });
    }
    return stays;
  }

  /** How often it was seen by someone who looked so often a second. */
  int sightings(double perSecond) {
    int count = 0;
    for (double time = Math.ceil(from() * perSecond) / perSecond;
        time <= to() + 1e-9;
        time += 1 / perSecond) {
      Double nearest = boxes.floorKey(time + 1e-6);
      if (nearest != null && time - nearest < 1e-3) {
        count++;
      }
    }
    return count;
  }
}
