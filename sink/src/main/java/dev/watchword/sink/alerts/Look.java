package dev.watchword.sink.alerts;

import dev.watchword.schemas.FrameId;
import dev.watchword.schemas.MarkedBox;
import dev.watchword.schemas.ModelId;
import dev.watchword.schemas.ObjectEvent;
import dev.watchword.schemas.Sighting;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * One frame of a camera as one prompt saw it, and what is known since: what rules judge. The frames
 * of a camera and prompt come in their order.
 *
 * @param frame null when there was none: nobody has looked for so long that all objects have ended
 * @param atMicros capture time
 * @param inferred false when no model looked at the frame: then nothing follows from what is not
 *     seen
 * @param videoKept the camera's video is kept for a while, so that a picture can be asked for
 * @param present sure objects that have not gone, in the order in which they began
 * @param told object events of this frame
 */
public record Look(
    String camera,
    FrameId frame,
    long atMicros,
    boolean inferred,
    boolean videoKept,
    String promptId,
    String promptVersion,
    ModelId model,
    List<Present> present,
    List<ObjectEvent> told) {
  public Look {
    present = List.copyOf(present);
    told = List.copyOf(told);
  }

  /**
   * An object that is there.
   *
   * @param seen in this very frame
   * @param inside the zones that it is in, and for how many microseconds it has been in each, all
   *     visits together, up to its last sighting
   */
  public record Present(
      String event,
      String label,
      boolean seen,
      Map<String, Long> inside,
      Sighting last,
      Sighting best) {
    public Present {
      inside = Map.copyOf(inside);
    }
  }

  /** The same with what is known of the camera's video. */
  public Look withVideoKept(boolean kept) {
    return new Look(
        camera, frame, atMicros, inferred, kept, promptId, promptVersion, model, present, told);
  }

  /** When one of its objects was seen last; null for others. */
  Instant lastSeen(String event) {
    for (Present object : present) {
      if (object.event().equals(event)) {
        return object.last().getCapturedAt();
      }
    }
    for (ObjectEvent each : told) {
      if (each.getId().equals(event)) {
        return each.getLast().getCapturedAt();
      }
    }
    return null;
  }

  /** The boxes of those of the objects that were last seen at a moment. */
  List<MarkedBox> marks(Collection<String> events, Instant moment) {
    return present.stream()
        .filter(object -> events.contains(object.event()))
        .filter(object -> object.last().getCapturedAt().equals(moment))
        .map(
            object ->
                new MarkedBox(object.label(), object.last().getBox(), object.last().getScore()))
        .toList();
  }

  Instant at() {
    return Micros.instant(atMicros);
  }
}
