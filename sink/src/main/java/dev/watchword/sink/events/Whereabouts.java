package dev.watchword.sink.events;

import dev.watchword.schemas.CrossingDirection;
import dev.watchword.schemas.LineCrossing;
import dev.watchword.schemas.ZoneStay;
import dev.watchword.service.zones.Line;
import dev.watchword.service.zones.Polygon;
import dev.watchword.service.zones.Zones;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One object among the zones and lines of its camera. What counts is the middle of the lower edge
 * of its box: where it stands on the ground.
 *
 * <p>Boxes jitter. So an object leaves a zone only when it is {@link #MARGIN} outside, and is on
 * the other side of a line only when it is as far behind it.
 */
final class Whereabouts {
  /** In fractions of the picture. */
  static final double MARGIN = 0.01;

  private static final int MOST_CROSSINGS = 32;

  private static final class Stay {
    private boolean inside;
    private int visits;
    private long entered;
    private long left;
    private long dwell;
  }

  private record Place(double side, double x, double y) {}

  private final Map<String, Stay> stays = new TreeMap<>();
  private final Map<String, Place> places = new TreeMap<>();
  private final List<LineCrossing> crossings = new ArrayList<>();
  private long lastAt;

  /** The object was seen there; says whether it entered, left or crossed something. */
  boolean seen(Zones zones, long atMicros, double x, double y) {
    boolean changed = false;
    for (Map.Entry<String, Polygon> area : zones.areas().entrySet()) {
      changed |= zone(area.getKey(), area.getValue(), atMicros, x, y);
    }
    for (Map.Entry<String, Stay> stay : stays.entrySet()) {
      if (stay.getValue().inside && !zones.areas().containsKey(stay.getKey())) {
        changed = true;
        leave(stay.getValue(), lastAt);
      }
    }
    for (Map.Entry<String, Line> line : zones.lines().entrySet()) {
      changed |= line(line.getKey(), line.getValue(), atMicros, x, y);
    }
    lastAt = atMicros;
    return changed;
  }

  private boolean zone(String name, Polygon area, long at, double x, double y) {
    boolean in = area.contains(x, y);
    Stay stay = stays.get(name);
    if (stay == null || !stay.inside) {
      if (in) {
        enter(stays.computeIfAbsent(name, any -> new Stay()), at);
      }
      return in;
    }
    stay.dwell += Math.max(0, at - lastAt);
    if (in || area.distanceToEdge(x, y) <= MARGIN) {
      return false;
    }
    stay.inside = false;
    stay.left = at;
    return true;
  }

  private static void enter(Stay stay, long at) {
    stay.inside = true;
    stay.visits++;
    stay.entered = at;
  }

  private static void leave(Stay stay, long at) {
    stay.inside = false;
    stay.left = at;
  }

  private boolean line(String name, Line line, long at, double x, double y) {
    double side = line.side(x, y);
    if (Math.abs(side) <= MARGIN) {
      return false;
    }
    Place before = places.put(name, new Place(side, x, y));
    if (before == null
        || Math.signum(before.side) == Math.signum(side)
        || !line.meets(before.x, before.y, x, y)) {
      return false;
    }
    if (crossings.size() == MOST_CROSSINGS) {
      crossings.removeFirst();
    }
    CrossingDirection direction = side > 0 ? CrossingDirection.TO_RIGHT : CrossingDirection.TO_LEFT;
    crossings.add(new LineCrossing(name, direction, Observation.instant(at)));
    return true;
  }

  /** The object is gone since its last sighting. */
  void end() {
    stays.values().stream().filter(stay -> stay.inside).forEach(stay -> leave(stay, lastAt));
  }

  /** The zones that it is in. */
  List<String> inside() {
    return stays.entrySet().stream()
        .filter(stay -> stay.getValue().inside)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Microseconds in each of the zones that it is in, all visits together. */
  Map<String, Long> dwell() {
    Map<String, Long> dwell = new TreeMap<>();
    stays.forEach(
        (name, stay) -> {
          if (stay.inside) {
            dwell.put(name, stay.dwell);
          }
        });
    return dwell;
  }

  /**
   * @param counts objects in each zone now
   */
  List<ZoneStay> stays(Map<String, Integer> counts) {
    List<ZoneStay> records = new ArrayList<>(stays.size());
    stays.forEach(
        (name, stay) ->
            records.add(
                new ZoneStay(
                    name,
                    stay.inside,
                    stay.visits,
                    Observation.instant(stay.entered),
                    Observation.instant(stay.inside ? lastAt : stay.left),
                    stay.dwell,
                    counts.getOrDefault(name, 0))));
    return records;
  }

  List<LineCrossing> crossings() {
    return List.copyOf(crossings);
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(lastAt);
    out.writeInt(stays.size());
    for (Map.Entry<String, Stay> entry : stays.entrySet()) {
      Stay stay = entry.getValue();
      out.writeUTF(entry.getKey());
      out.writeBoolean(stay.inside);
      out.writeInt(stay.visits);
      out.writeLong(stay.entered);
      out.writeLong(stay.left);
      out.writeLong(stay.dwell);
    }
    out.writeInt(places.size());
    for (Map.Entry<String, Place> entry : places.entrySet()) {
      out.writeUTF(entry.getKey());
      out.writeDouble(entry.getValue().side);
      out.writeDouble(entry.getValue().x);
      out.writeDouble(entry.getValue().y);
    }
    out.writeInt(crossings.size());
    for (LineCrossing crossing : crossings) {
      out.writeUTF(crossing.getLine());
      out.writeUTF(crossing.getDirection().name());
      out.writeLong(Observation.micros(crossing.getAt()));
    }
  }

  void read(DataInput in) throws IOException {
    lastAt = in.readLong();
    for (int i = in.readInt(); i > 0; i--) {
      Stay stay = new Stay();
      stays.put(in.readUTF(), stay);
      stay.inside = in.readBoolean();
      stay.visits = in.readInt();
      stay.entered = in.readLong();
      stay.left = in.readLong();
      stay.dwell = in.readLong();
    }
    for (int i = in.readInt(); i > 0; i--) {
      places.put(in.readUTF(), new Place(in.readDouble(), in.readDouble(), in.readDouble()));
    }
    for (int i = in.readInt(); i > 0; i--) {
      crossings.add(
          new LineCrossing(
              in.readUTF(),
              CrossingDirection.valueOf(in.readUTF()),
              Observation.instant(in.readLong())));
    }
  }
}
