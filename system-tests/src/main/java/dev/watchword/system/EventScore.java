package dev.watchword.system;

import dev.watchword.schemas.EventPhase;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.schemas.PathPoint;
import dev.watchword.simulator.TruthBox;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Precision and recall of object events against what really happened. An event is right when it has
 * the label of a stay that no better event has, their times overlap by half of both together, and
 * its path was on that object at least half of the time.
 */
public final class EventScore {
  private static final double OVERLAP = 0.5;
  private static final double ON_PATH = 0.5;
  private static final double NEAR = 0.05;

  private int events;
  private int stays;
  private int right;
  private int found;

  private record Pair(int event, int stay, double overlap) {}

  /**
   * @param told all records of one scene
   * @param truth whoever was seen only once cannot be found, and need not
   * @param began capture time of the scene's beginning
   */
  public void add(List<Stay> truth, List<ObjectEvent> told, Instant began) {
    List<ObjectEvent> ends =
        told.stream().filter(event -> event.getPhase() == EventPhase.END).toList();
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < ends.size(); i++) {
      for (int j = 0; j < truth.size(); j++) {
        double overlap = overlap(ends.get(i), truth.get(j), began);
        if (overlap >= OVERLAP && isOn(ends.get(i), truth.get(j), began)) {
          pairs.add(new Pair(i, j, overlap));
        }
      }
    }
    pairs.sort((one, other) -> Double.compare(other.overlap, one.overlap));
    boolean[] eventTaken = new boolean[ends.size()];
    boolean[] stayTaken = new boolean[truth.size()];
    for (Pair pair : pairs) {
      if (!eventTaken[pair.event] && !stayTaken[pair.stay]) {
        eventTaken[pair.event] = true;
        stayTaken[pair.stay] = true;
        right++;
      }
    }
    events += ends.size();
    for (int j = 0; j < truth.size(); j++) {
      if (truth.get(j).sightings() >= 2) {
        stays++;
        found += stayTaken[j] ? 1 : 0;
      }
    }
  }

  private static double overlap(ObjectEvent event, Stay stay, Instant began) {
    if (!event.getLabel().equals(stay.label())) {
      return 0;
    }
    double from = seconds(began, event.getStart());
    double to = seconds(began, event.getEnd());
    double both = Math.min(to, stay.to()) - Math.max(from, stay.from());
    double either = Math.max(to, stay.to()) - Math.min(from, stay.from());
    return both <= 0 ? 0 : both / either;
  }

  private static boolean isOn(ObjectEvent event, Stay stay, Instant began) {
    int on = 0;
    for (PathPoint point : event.getPath()) {
      Map.Entry<Double, TruthBox> there =
          stay.boxes().floorEntry(seconds(began, point.getAt()) + 1e-6);
      if (there != null) {
        TruthBox box = there.getValue();
        double x = (box.xMin() + box.xMax()) / 2.0 - point.getX();
        on += Math.hypot(x, box.yMax() - point.getY()) < NEAR ? 1 : 0;
      }
    }
    return on >= ON_PATH * event.getPath().size();
  }

  private static double seconds(Instant began, Instant moment) {
    return Duration.between(began, moment).toNanos() / 1e9;
  }

  public double precision() {
    return events == 0 ? 1 : (double) right / events;
  }

  public double recall() {
    return stays == 0 ? 1 : (double) found / stays;
  }

  /** Events told of. */
  public int events() {
    return events;
  }

  /** Stays that could be found. */
  public int stays() {
    return stays;
  }
}
