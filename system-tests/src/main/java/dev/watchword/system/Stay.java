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
   * The stays of a scene that plays again and again, as someone saw them who looked so often and
   * knew each object.
   *
   * @param perSecond a divisor of the scene's frame rate
   * @param patience who is hidden for less has not left
   */
  public static List<Stay> of(DrawnScene scene, double seconds, double perSecond, double patience) {
    List<Stay> stays = new ArrayList<>();
    Map<Integer, Stay> present = new HashMap<>();
    for (int i = 0; i / perSecond < seconds; i++) {
      double time = i / perSecond;
      int frame = (int) Math.round(time * scene.framesPerSecond()) % scene.frames();
      scene
          .objects(frame)
          .forEach(
              (number, box) -> {
                Stay stay = present.get(number);
                if (stay == null || stay.isOver(time, perSecond, patience)) {
                  stay = new Stay(box.label(), new TreeMap<>());
                  present.put(number, stay);
                  stays.add(stay);
                }
                stay.boxes.put(time, box);
              });
    }
    return stays;
  }

  /** Two looks without it are needed, however seldom they are. */
  private boolean isOver(double time, double perSecond, double patience) {
    long misses = Math.round((time - to()) * perSecond) - 1;
    return misses * Math.min(1 / perSecond, patience / 2) >= patience - 1e-6;
  }

  /** How often it was seen. */
  int sightings() {
    return boxes.size();
  }
}
