package dev.watchword.sink.alerts;

import dev.watchword.schemas.CrossingDirection;
import dev.watchword.schemas.EndCause;
import dev.watchword.schemas.EventPhase;
import dev.watchword.schemas.LineCrossing;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.schemas.ZoneStay;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What was told of the objects of one camera and prompt, so that what is new in the next record of
 * each can be found.
 */
final class PromptWatch {
  /** What an object has done. */
  enum Deed {
    ENTERED,
    LEFT,
    CROSSED
  }

  /**
   * @param place zone or line
   * @param direction of a crossing
   */
  record Happening(
      Deed deed, ObjectEvent event, String place, CrossingDirection direction, long atMicros) {}

  private record Known(long atMicros, Set<String> inside) {}

  private final Map<String, Known> objects = new TreeMap<>();
  private long lookedAt = Micros.NEVER;

  /** Capture time of the last frame that a model looked at. */
  long lookedAt() {
    return lookedAt;
  }

  /** Takes the next frame, and says what is new in it. */
  List<Happening> take(Look look) {
    if (look.inferred()) {
      lookedAt = look.atMicros();
    }
    List<Happening> happened = new ArrayList<>();
    look.told().forEach(event -> take(event, happened));
    return happened;
  }

  private void take(ObjectEvent event, List<Happening> happened) {
    Known known = objects.get(event.getId());
    if (known == null && event.getPhase() != EventPhase.START) {
      // It was there before anybody asked: from now on.
      known = new Known(Micros.of(event.getAt()), inside(event));
    } else if (known == null) {
      known = new Known(Micros.NEVER, Set.of());
    }
    compare(known, event, happened);
    if (event.getPhase() == EventPhase.END) {
      objects.remove(event.getId());
    } else {
      objects.put(event.getId(), new Known(Micros.of(event.getAt()), inside(event)));
    }
  }

  private static void compare(Known known, ObjectEvent event, List<Happening> happened) {
    // Of those that nobody saw go, nobody knows where they went.
    boolean unseen = event.getCause() != null && event.getCause() != EndCause.LEFT;
    for (ZoneStay stay : event.getZones()) {
      long entered = Micros.of(stay.getEntered());
      boolean visited = entered > known.atMicros;
      if (visited) {
        happened.add(new Happening(Deed.ENTERED, event, stay.getZone(), null, entered));
      }
      if (!stay.getInside() && !unseen && (visited || known.inside.contains(stay.getZone()))) {
        happened.add(
            new Happening(Deed.LEFT, event, stay.getZone(), null, Micros.of(stay.getLeft())));
      }
    }
    for (LineCrossing crossing : event.getCrossings()) {
      long at = Micros.of(crossing.getAt());
      if (at > known.atMicros) {
        happened.add(
            new Happening(Deed.CROSSED, event, crossing.getLine(), crossing.getDirection(), at));
      }
    }
  }

  private static Set<String> inside(ObjectEvent event) {
    Set<String> inside = new TreeSet<>();
    for (ZoneStay stay : event.getZones()) {
      if (stay.getInside()) {
        inside.add(stay.getZone());
      }
    }
    return inside;
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(lookedAt);
    out.writeInt(objects.size());
    for (Map.Entry<String, Known> entry : objects.entrySet()) {
      out.writeUTF(entry.getKey());
      out.writeLong(entry.getValue().atMicros);
      RuleWatch.write(entry.getValue().inside, out);
    }
  }

  void read(DataInput in) throws IOException {
    lookedAt = in.readLong();
    for (int i = in.readInt(); i > 0; i--) {
      objects.put(in.readUTF(), new Known(in.readLong(), RuleWatch.readTexts(in)));
    }
  }
}
